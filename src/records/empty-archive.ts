import type { CallArchive } from './call-store.ts'

/** Of a box that has no calls. */
export const emptyArchive: CallArchive = {
  list: async () => [],
  page: async () => [],
  find: async () => [],
}

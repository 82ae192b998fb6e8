import { networkInterfaces } from 'node:os'

/** As `networkInterfaces`; while the kernel cannot be asked (no file or buffer is free), what it said last. */
export function rememberedInterfaces(ask = networkInterfaces): typeof networkInterfaces {
  let seen: ReturnType<typeof networkInterfaces> = {}
  return () => {
    try {
      seen = ask()
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_SYSTEM_ERROR') throw error
    }
    return seen
  }
}

/** The network interfaces of this machine, and their addresses. */
export const machineInterfaces = rememberedInterfaces()

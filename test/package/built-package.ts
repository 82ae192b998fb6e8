import { buildPackage } from '../../appliance/build-package.ts'

/** The package of this checkout; `CAUSEWAY_PACKAGE` names another to test. */
export async function builtPackage(): Promise<string> {
  return process.env.CAUSEWAY_PACKAGE ?? buildPackage()
}

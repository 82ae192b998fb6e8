import type { RehearsablePbx } from './chosen-users.ts'

/** What else goes on at the box. */
export interface RealNeeds {
  /** Calls for help that are under way, tests not counted. */
  emergencies(): number
  /** Users who are held back by a limit on costs. */
  blocked(): readonly string[]
  /** Undefined while the box has room for everything that comes. */
  overload(): string | undefined
}

/** Why there is to be no rehearsal now; undefined when nothing speaks against it. */
export function troubleFor(pbx: RehearsablePbx, needs: RealNeeds): string | undefined {
  if (pbx.state !== 'normal') return `PBX ${pbx.name} is not well: its state is ${pbx.state}`
  if (needs.emergencies() > 0) return 'somebody is calling for help'
  const [blocked] = needs.blocked()
  if (blocked !== undefined) return `calls of ${blocked} are blocked for their cost: settle that first`
  return needs.overload()
}

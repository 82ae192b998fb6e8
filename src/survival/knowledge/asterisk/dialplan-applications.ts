/** Applications of the dialplan by what they mean for the question who rings. Lower case. */
export const dialplanApplications = {
  /** Nobody hears a difference without them. */
  harmless: new Set([
    'answer',
    'log',
    'mixmonitor',
    'monitor',
    'noop',
    'progress',
    'ringing',
    'set',
    'userevent',
    'verbose',
    'wait',
  ]),
  /** What comes when nobody has answered. */
  ending: new Set(['busy', 'congestion', 'hangup', 'macroexit', 'return', 'voicemail']),
} as const

/** A macro by either of its ways: `Macro(dial,20,tr,201-202)`, `Gosub(macro-dial,s,1(20,tr,201-202))`. */
export function readCalledMacro(
  application: string,
  argument: string,
): { readonly name: string; readonly arguments: readonly string[] } | undefined {
  if (application === 'macro') {
    const [name = '', ...rest] = split(argument)
    return { name, arguments: rest }
  }
  const gosub = application === 'gosub' ? /^macro-([\w-]+),s,1\((.*)\)$/.exec(argument.trim()) : undefined
  return gosub ? { name: gosub[1] ?? '', arguments: split(gosub[2] ?? '') } : undefined
}

function split(text: string): string[] {
  return text.split(',').map((each) => each.trim())
}

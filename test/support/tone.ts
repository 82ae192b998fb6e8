import type { PhoneCall } from './sip/phone-call.ts'
import { eventually } from './within.ts'

// Audio in tests: a phone made with `tone: 440` sends that tone (PCMA) in every call, and hears what comes by the measure
// of Goertzel. Against real programs: Asterisk's Milliwatt() is 1004 Hz, its Echo() brings the phone's own tone back.

/** Resolves when the call hears this tone and nearly nothing else; the phone must have a tone of its own. */
export async function hears(call: PhoneCall, hertz: number, ms = 5_000): Promise<void> {
  await eventually(ms, `the tone of ${hertz} Hz`, () => call.heard(hertz).share > 0.9)
}

/** Resolves when more of the tone comes than had come when this was called: the way is open now. */
export async function goesOnHearing(call: PhoneCall, hertz: number, ms = 5_000): Promise<void> {
  const before = call.heard(hertz).packets
  const isHeard = () => call.heard(hertz).packets > before + 25 && call.heard(hertz).share > 0.9
  await eventually(ms, `more of the tone of ${hertz} Hz`, isHeard)
}

import { describe, expect, it } from 'vitest'
import { doubtAbout, type Proof, proofAfter } from '../../../src/overlay/diagnosis/canary-proof.ts'

const nothing: Proof = { provenAt: undefined, failures: 0, failure: undefined }
const now = 1_000_000

describe('the proof that records of this box are found', () => {
  it('is in doubt until a first box has found one', () => {
    expect(doubtAbout(nothing, now)).toMatch(/no other box has been asked/)
    expect(doubtAbout(proofAfter(nothing, undefined, now), now)).toBeUndefined()
  })

  it('survives one and two failures, since the witness may be at fault, and not a third', () => {
    let proof = proofAfter(nothing, undefined, now)
    proof = proofAfter(proofAfter(proof, 'silent', now + 1), 'silent', now + 2)
    expect(doubtAbout(proof, now + 2)).toBeUndefined()
    proof = proofAfter(proof, 'nothing there', now + 3)
    expect(doubtAbout(proof, now + 3)).toBe('3 boxes in turn could not prove it: nothing there')
  })

  it('stands again after one success', () => {
    let proof = nothing
    for (let failed = 0; failed < 5; failed++) proof = proofAfter(proof, 'silent', now)
    expect(doubtAbout(proofAfter(proof, undefined, now), now)).toBeUndefined()
  })

  it('grows old in five minutes', () => {
    const proof = proofAfter(nothing, undefined, now)
    expect(doubtAbout(proof, now + 299_999)).toBeUndefined()
    expect(doubtAbout(proof, now + 300_000)).toMatch(/lately/)
  })
})

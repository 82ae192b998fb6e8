import { duplexPair } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { encodeFrame, FrameReader } from '../../../src/drivers/libp2p/frame.ts'
import { answerQuestions, QuestionStream } from '../../../src/drivers/libp2p/question-stream.ts'

const soon = () => AbortSignal.timeout(2_000)
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

describe('frames', () => {
  const frames = [
    { id: 1, payload: Buffer.from('first') },
    { id: 4_294_967_295, payload: Buffer.alloc(0) },
    { id: 3, payload: Buffer.alloc(2_000, 'x') },
  ]
  const bytes = Buffer.concat(frames.map(encodeFrame))

  it.each([1, 3, 8, 9, 500, bytes.length])('read back from pieces of %i bytes', (size) => {
    const reader = new FrameReader(2_000)
    const found = []
    for (let start = 0; start < bytes.length; start += size)
      found.push(...reader.read(bytes.subarray(start, start + size)))
    expect(found.map(({ id, payload }) => [id, text(payload)])).toEqual(
      frames.map(({ id, payload }) => [id, text(payload)]),
    )
  })

  it('the longest one that drips byte by byte is put together without copying it over and over', () => {
    const dripping = encodeFrame({ id: 9, payload: Buffer.alloc(327_680, 'd') })
    const reader = new FrameReader(327_680)
    const found = []
    for (let start = 0; start < dripping.length; start++)
      found.push(...reader.read(dripping.subarray(start, start + 1)))
    expect(found.map(({ id, payload }) => [id, payload.length, text(payload.subarray(-3))])).toEqual([
      [9, 327_680, 'ddd'],
    ])
  })

  it('one that is announced too long is refused at its head', () => {
    expect(() => new FrameReader(1_999).read(bytes)).toThrow(RangeError)
  })
})

describe('question stream', () => {
  const pair = (answer: (message: Uint8Array) => Promise<Uint8Array>) => {
    const [near, far] = duplexPair()
    answerQuestions(far, answer)
    return { questions: new QuestionStream(near), near, far }
  }

  it('answers find their questions in whatever order they come', async () => {
    const waiting = new Map<string, () => void>()
    const { questions } = pair(
      (message) =>
        new Promise((resolve) =>
          waiting.set(text(message), () => resolve(Buffer.from(`re: ${text(message)}`))),
        ),
    )
    const first = questions.ask(Buffer.from('one'), soon())
    const second = questions.ask(Buffer.from('two'), soon())
    await new Promise((resolve) => setImmediate(resolve))
    waiting.get('two')?.()
    expect(text(await second)).toBe('re: two')
    waiting.get('one')?.()
    expect(text(await first)).toBe('re: one')
  })

  it('a question ends with its signal, and a late answer does no harm', async () => {
    const { questions } = pair(() => new Promise(() => undefined))
    const impatient = new AbortController()
    const asked = questions.ask(Buffer.from('?'), impatient.signal)
    impatient.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
  })

  it('when the stream goes, all that wait are told', async () => {
    const { questions, near } = pair(() => new Promise(() => undefined))
    const asked = [questions.ask(Buffer.from('1'), soon()), questions.ask(Buffer.from('2'), soon())]
    near.destroy()
    for (const outcome of await Promise.allSettled(asked)) expect(outcome.status).toBe('rejected')
    expect(questions.isOpen).toBe(false)
  })

  it('no more than 256 questions wait at a time', async () => {
    const { questions, near } = pair(() => new Promise(() => undefined))
    const asked = Array.from({ length: 257 }, () => questions.ask(Buffer.from('?'), soon()))
    const settled = Promise.allSettled(asked)
    await expect(asked[256]).rejects.toThrow(/already 256/)
    near.destroy()
    await settled
  })

  it('who does not read the answers is not heard until it does', async () => {
    const [near, far] = duplexPair()
    let answered = 0
    answerQuestions(far, () => {
      answered++
      return Promise.resolve(Buffer.alloc(100_000))
    })
    for (let id = 0; id < 200; id++) {
      near.write(encodeFrame({ id, payload: Buffer.from('?') }))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(answered).toBeLessThan(20)
    let read = 0
    const reader = new FrameReader(100_000)
    const all = new Promise<void>((resolve) => {
      near.on('data', (bytes: Uint8Array) => {
        read += reader.read(bytes).length
        if (read === 200) resolve()
      })
    })
    await all
    near.destroy()
  })
})

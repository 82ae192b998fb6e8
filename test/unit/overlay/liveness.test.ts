import { afterEach, describe, expect, it } from 'vitest'
import { LivenessSwarm } from './liveness-swarm.ts'

// Many boxes on one slow core take their time; nothing here is judged by it.
describe('liveness', { timeout: 60_000 }, () => {
  let swarm: LivenessSwarm

  afterEach(() => swarm.stop())

  it.each([2, 3, 10, 50, 200])(
    'a silent one of %i boxes is dropped by all others within ten seconds',
    async (count) => {
      swarm = new LivenessSwarm(count)
      await swarm.pass(3_000)
      const silent = swarm.at(Math.floor(count / 2))
      silent.clock.standStill()
      await swarm.pass(10_000)
      expect(swarm.droppedBy(silent)).toBe(count - 1)
      expect(new Set(swarm.drops.map(({ peer }) => peer))).toEqual(new Set([silent.id]))
    },
  )

  it.each([2, 10, 50])(
    'a box that stands still for three seconds stays among %i, and drops nobody itself',
    async (count) => {
      swarm = new LivenessSwarm(count)
      for (let time = 0; time < 4; time++) {
        await swarm.pass(1_300)
        swarm.at(1).clock.standStill()
        await swarm.pass(3_000)
        swarm.at(1).clock.goOn()
      }
      await swarm.pass(6_000)
      expect(swarm.drops).toEqual([])
    },
  )

  it('a box that was suspended for an hour blames nobody', async () => {
    swarm = new LivenessSwarm(2)
    await swarm.pass(2_000)
    for (const { clock } of swarm.boxes) clock.standStill()
    swarm.clock.advance(3_600_000)
    for (const { clock } of swarm.boxes) clock.goOn()
    await swarm.pass(6_000)
    expect(swarm.drops).toEqual([])
  })

  it('half of the boxes going silent at once are found out by the others within ten seconds', async () => {
    swarm = new LivenessSwarm(60)
    await swarm.pass(2_000)
    const gone = swarm.boxes.filter((_, number) => number % 2 === 1)
    for (const { clock } of gone) clock.standStill()
    await swarm.pass(10_000)
    const left = swarm.boxes.filter((box) => !gone.includes(box))
    for (const { table } of left)
      expect(table.members().map(({ peer }) => peer)).toEqual(
        left.map(({ id }) => id).filter((id) => table.get(id)),
      )
  })

  it('a box that lost everybody knows it within thirty seconds, however many they were', async () => {
    swarm = new LivenessSwarm(200)
    await swarm.pass(1_000)
    const alone = swarm.at(7)
    for (const other of swarm.boxes) if (other !== alone) swarm.cut(alone, other)
    await swarm.pass(30_000)
    expect(alone.table.members()).toEqual([])
  })

  it('a dead path is told from a dead box: only the two ends give it up, and soon', async () => {
    swarm = new LivenessSwarm(10)
    await swarm.pass(1_000)
    const [a, b] = [swarm.at(2), swarm.at(6)]
    swarm.cut(a, b)
    await swarm.pass(25_000)
    const ends = swarm.drops.map(({ by, peer, because }) => `${by} ${peer} ${because}`)
    expect(ends.toSorted()).toEqual([`${a.id} ${b.id} path`, `${b.id} ${a.id} path`])
  })

  it.each([2, 10])(
    'a dead path that carries a call is given up within three seconds among %i boxes',
    async (count) => {
      swarm = new LivenessSwarm(count)
      const [a, b] = [swarm.at(0), swarm.at(1)]
      a.inUse = [b.id]
      await swarm.pass(5_100)
      const cutAt = swarm.clock.now()
      swarm.cut(a, b)
      await swarm.pass(3_000)
      const drop = swarm.drops.find(({ by }) => by === a.id)
      expect(drop?.peer).toBe(b.id)
      expect((drop?.at ?? 0) - cutAt).toBeLessThanOrEqual(3_000)
      // Silence is counted from the first ping without an answer: a connection that came later may be good.
      expect(drop?.silentForMs).toBeGreaterThanOrEqual(1_000)
      expect((drop?.at ?? 0) - (drop?.silentForMs ?? 0)).toBeGreaterThanOrEqual(cutAt - 500)
    },
  )

  it('a question of another kind that stays unanswered makes a box look at once', async () => {
    swarm = new LivenessSwarm(50)
    await swarm.pass(1_000)
    const [asker, deaf] = [swarm.at(3), swarm.at(40)]
    swarm.cut(asker, deaf)
    asker.liveness.unanswered(deaf.id)
    await swarm.pass(2_000)
    expect(swarm.drops).toMatchObject([{ by: asker.id, peer: deaf.id, because: 'path' }])
  })

  it('a lie about a box makes others look at it, and no more', async () => {
    swarm = new LivenessSwarm(50)
    await swarm.pass(1_000)
    const before = swarm.boxes.reduce((sum, { pings }) => sum + pings, 0)
    const [liar, victim] = [swarm.at(10), swarm.at(20)]
    for (let id = 0; id < 10; id++) {
      liar.news.post({ what: 'doubt', peer: victim.id, id })
      await swarm.pass(200)
    }
    await swarm.pass(5_000)
    expect(swarm.drops).toEqual([])
    const pings = swarm.boxes.reduce((sum, box) => sum + box.pings, 0) - before
    expect(pings / 50 / 7).toBeLessThan(20)
  })

  it('news is everywhere within seconds, after a few tellings by each', async () => {
    swarm = new LivenessSwarm(200)
    await swarm.pass(1_000)
    swarm.at(0).news.post({ what: 'doubt', peer: 'somebody', id: 1 })
    await swarm.pass(5_000)
    const ignorant = swarm.boxes.filter(({ news }) => news.post({ what: 'doubt', peer: 'somebody', id: 1 }))
    expect(ignorant).toEqual([])
  })

  it('at rest a box sends the same few bytes a minute whatever the number of boxes', async () => {
    const bytesPerMinute: number[] = []
    for (const count of [10, 50, 200]) {
      swarm = new LivenessSwarm(count)
      await swarm.pass(20_000)
      const bytes = swarm.boxes.reduce((sum, box) => sum + box.bytes, 0)
      bytesPerMinute.push(Math.round((3 * bytes) / count))
      swarm.stop()
    }
    console.info(
      `bytes of pings and answers a box sends a minute, of 10, 50, 200: ${bytesPerMinute.join(', ')}`,
    )
    expect(Math.max(...bytesPerMinute)).toBeLessThan(1.1 * Math.min(...bytesPerMinute))
    expect(Math.max(...bytesPerMinute)).toBeLessThan(20_000)
  })
})

import { defineConfig } from 'vitest/config'
import { leftOutFiles } from './test/support/own-engine-tests.ts'

// An engine that runs already serves one test at a time (docs/operate/drachtio-server.md).
const namedEngine = process.env.CAUSEWAY_TEST_ENGINE || undefined
const atATime = namedEngine === undefined ? 2 : 1

// The lab starts real programs, which mostly wait for each other: two files at a time. These listen to audio, flood or fill
// the machine: they run with nothing beside them.
const alone = [
  'test/lab/overlay/**/*.test.ts',
  'test/lab/{calls-stay-up,kill-storm,media-relay,packet-loss,soak,under-attack}.test.ts',
  'test/lab/pstn/audio.test.ts',
]

export default defineConfig({
  test: {
    // Over a named engine tests are left out: this one names them.
    ...(namedEngine !== undefined && { reporters: ['verbose'] }),
    // The folder of the containers' images has many files to remove.
    teardownTimeout: 120_000,
    projects: [
      {
        // Unit tests keep no state outside of themselves, so they share one module graph: half the time of the check
        // would go into loading the same modules again for every file.
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/*.test.ts'],
          testTimeout: 20_000,
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 30_000,
          maxWorkers: atATime,
        },
      },
      {
        test: {
          name: 'flow',
          include: ['test/flow/**/*.test.ts'],
          exclude: leftOutFiles(namedEngine),
          testTimeout: 30_000,
          hookTimeout: 30_000,
          maxWorkers: atATime,
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          exclude: alone,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'lab-alone',
          include: alone,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      ...['container', 'package', 'appliance'].map((name) => ({
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          globalSetup: name === 'container' ? ['test/container/support/built-images.ts'] : [],
          testTimeout: 600_000,
          hookTimeout: 1_200_000,
          // Containers mostly wait to be asked how they are.
          maxWorkers: name === 'container' ? 2 : 1,
        },
      })),
    ],
  },
})

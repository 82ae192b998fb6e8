import { vi } from 'vitest'
import { overlayCommand } from '../../src/cli/overlay.ts'
import type { TestBox } from './test-box.ts'

export interface Said {
  /** Exit code. */
  readonly code: number
  /** What went to standard output, then to standard error. */
  readonly text: string
}

/** Runs `causeway overlay <words>` about that box in this process: a process for each would cost a second. */
export async function overlayWords(box: TestBox, ...words: readonly string[]): Promise<Said> {
  const said: string[] = []
  const keep = (line: string) => void said.push(line)
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(keep),
    vi.spyOn(console, 'error').mockImplementation(keep),
  ]
  try {
    const code = await overlayCommand.run([...words, '--config', await box.writeConfig()])
    return { code, text: said.join('\n') }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

import { expect, it } from 'vitest'
import { statementsFor } from '../../../src/drivers/sqlite/sql-command.ts'

it('joins rows that follow each other, and keeps the order of everything', () => {
  const put = (row: string): { sql: string; row: string[] } => ({ sql: 'put', row: [row] })
  const remove = (row: string): { sql: string; row: string[] } => ({ sql: 'remove', row: [row] })
  const plain = { sql: 'plain', values: [7] }
  expect(statementsFor([put('a'), put('b'), remove('a'), put('a'), plain, put('c')])).toEqual([
    { sql: 'put', values: ['[["a"],["b"]]'] },
    { sql: 'remove', values: ['[["a"]]'] },
    { sql: 'put', values: ['[["a"]]'] },
    plain,
    { sql: 'put', values: ['[["c"]]'] },
  ])
})

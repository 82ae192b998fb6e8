import { describe, expect, it } from 'vitest'
import { describeNumber } from '../../../src/cli/numbers-explain.ts'
import { configSchema } from '../../../src/config/schema.ts'
import { explainNumber } from '../../../src/numbering/number-explanation.ts'

const config = configSchema.parse({
  users: [{ aor: '201@site-a.example', numbers: ['+493022732101'] }],
  numbering: { areaCode: '30', rules: [{ match: '0900.', refuse: 'not from here' }] },
  trunks: [
    {
      name: 'carrier',
      server: 'carrier.example',
      numberFormat: 'national',
      numbers: { to: '+e164', out: [{ match: '0.', replace: '1234#{all}', headers: ['requestUri'] }] },
    },
  ],
})

describe('causeway numbers explain', () => {
  it.each([
    [
      '030 22732101',
      [
        '030 22732101: +493022732101',
        '  people here write 030 22732101; the call is national',
        '  a direct number of sip:201@site-a.example: the call stays inside',
        'trunk carrier: called 1234%2303022732101, To +493022732101; as caller From 03022732101, identity +493022732101, Diversion 03022732101',
        '  coming in from there it is +493022732101',
      ],
    ],
    ['112', ['112: emergency number 112', 'trunk carrier: called 112, To 112']],
    ['201', ['201: extension 201', 'trunk carrier: never leaves by it']],
    ['0900123', ['0900123: refused: not from here', 'trunk carrier: never leaves by it']],
    ['anna', ['anna: nothing here: not a telephone number', 'trunk carrier: never leaves by it']],
  ])('%s', (digits, lines) => {
    const said = describeNumber(digits, explainNumber(digits, config)).split('\n')
    expect(said.slice(0, lines.length)).toEqual(lines)
  })
})

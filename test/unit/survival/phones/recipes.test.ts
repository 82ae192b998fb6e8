import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { configSchema } from '../../../../src/config/schema.ts'
import { phoneWay } from '../../../../src/config/sections/phone-groups.ts'

const folder = 'gateway-config/pbx'

it('has a recipe for each way to stand beside a PBX, which the box takes', () => {
  const recipes = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect(recipes.map(({ name }) => name).sort()).toEqual([...phoneWay.options].sort())
  for (const { name } of recipes) {
    const recipe = parse(readFileSync(`${folder}/${name}/causeway.yaml`, 'utf8')) as Record<string, unknown>
    expect(configSchema.parse(recipe).pbxs[0]).toMatchObject({ way: name })
  }
})

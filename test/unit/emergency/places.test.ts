import { expect, it } from 'vitest'
import { emergencySection } from '../../../src/config/sections/emergency.ts'
import { aor } from '../../../src/domain/aor.ts'
import { Places } from '../../../src/emergency/places.ts'

const section = emergencySection.parse({
  location: 'Main building',
  places: [
    { users: ['201@site-a.example'], location: 'Porter' },
    { networks: ['192.168.20.0/24', '2001:db8:20::/48'], location: 'Annex, 2nd floor' },
    { networks: ['192.168.0.0/16'], location: 'Hall' },
  ],
})
const places = new Places(section)
const anna = aor('201', 'site-a.example')
const bert = aor('202', 'site-a.example')

it('a call comes from the first place that its user or its address is at, else from the site', () => {
  expect(places.of(anna, '192.168.20.7').location).toBe('Porter')
  expect(places.of(bert, '192.168.20.7').location).toBe('Annex, 2nd floor')
  expect(places.of(undefined, '2001:db8:20::7').location).toBe('Annex, 2nd floor')
  expect(places.of(bert, '192.168.3.7').location).toBe('Hall')
  expect(places.of(bert, '203.0.113.7').location).toBe('Main building')
  expect(places.of(undefined, undefined).location).toBe('Main building')
})

it('an entry that is nothing is refused', () => {
  const problems = (place: Record<string, unknown>) =>
    emergencySection
      .safeParse({ places: [{ location: 'x', ...place }] })
      .error?.issues.map(({ path }) => path.join('.'))
  expect(problems({ networks: ['192.168.20'] })).toEqual(['places.0.networks.0'])
  expect(problems({ networks: ['192.168.20.0/33'] })).toEqual(['places.0.networks.0'])
  expect(problems({ users: ['201'] })).toEqual(['places.0.users.0'])
  expect(problems({ networks: ['2001:db8::/32', '192.0.2.1'] })).toBeUndefined()
})

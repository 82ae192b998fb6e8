import { z } from 'zod'

export const emergencySection = z
  .strictObject({
    location: z
      .string()
      .default('')
      .describe('Where the site is, as a rescuer needs it: "Hauptstr. 5, 10115 Berlin, 2nd floor".'),
  })
  .prefault({})
  .describe('Calls for help. Which numbers they are says "numbering".')

export type EmergencySection = z.output<typeof emergencySection>

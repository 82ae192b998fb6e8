export const callClasses = ['toll-free', 'national', 'mobile', 'international', 'premium'] as const

/** What kind of number is called; rights, limits and rates follow it. */
export type CallClass = (typeof callClasses)[number]

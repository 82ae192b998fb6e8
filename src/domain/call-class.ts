/** What kind of number is called; rights, limits and rates follow it. */
export type CallClass = 'toll-free' | 'national' | 'mobile' | 'international' | 'premium'

/** One place to look, in order of precedence: it answers by itself. */
export type Search<Item> = () => Promise<readonly Item[]>

/**
 * Looks everywhere at once and takes the first place, in order, that has something good; failing that, the first that has
 * anything. A place that fails or is slow hides nothing that comes before it. Throws what the first failing place throws
 * when nothing was found: it may have had something.
 */
export async function firstInOrder<Item>(
  searches: readonly Search<Item>[],
  isGood: (item: Item) => boolean,
): Promise<readonly Item[]> {
  const answers = searches.map((search) => outcome(search))
  let second: readonly Item[] = []
  let failure: { readonly error: unknown } | undefined
  for (const answer of answers) {
    const { found, failed } = await answer
    if (found.some(isGood)) return found
    if (second.length === 0) second = found
    failure ??= failed
  }
  if (second.length === 0 && failure) throw failure.error
  return second
}

async function outcome<Item>(
  search: Search<Item>,
): Promise<{ found: readonly Item[]; failed?: { readonly error: unknown } }> {
  try {
    return { found: await search() }
  } catch (error) {
    return { found: [], failed: { error } }
  }
}

/** One fault of the world in two languages: `what` happened, what the gateway does `next`, what the operator can do (`todo`). */
interface Sentence {
  readonly what: string
  readonly next: string
  readonly todo: string
}
interface Entry {
  readonly en: Sentence
  readonly zh: Sentence
}

/** `{name}` in a sentence is replaced by a value. */
export const entry = (en: [string, string, string], zh: [string, string, string]): Entry => ({
  en: { what: en[0], next: en[1], todo: en[2] },
  zh: { what: zh[0], next: zh[1], todo: zh[2] },
})

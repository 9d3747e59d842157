/** What the box said no to, in the reader's language. */
import { Refusal } from './api.ts'
import { useWords } from './words.ts'

export function Notice({ error }: { error: unknown }) {
  const { language } = useWords()
  if (!error) return null
  const text = error instanceof Refusal ? error.body[language] : String(error)
  return (
    <p class="notice" role="alert">
      {text}
    </p>
  )
}

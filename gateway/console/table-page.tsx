/** A page that is a table: recordings, access log, accounts. */
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Notice } from './notice.tsx'

/** What scrolls must be reachable without a mouse. */
const SCROLLED_BY_KEYBOARD = { tabIndex: 0 }

interface SheetProps {
  /** What it is a table of. */
  readonly title: string
  readonly columns: readonly string[]
  readonly children: ComponentChildren
}

/** A table that scrolls by itself. */
export function Sheet({ title, columns, children }: SheetProps) {
  return (
    <section class="scroll" aria-label={title} {...SCROLLED_BY_KEYBOARD}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  )
}

interface TableProps extends SheetProps {
  readonly error: unknown
  readonly before?: ComponentChildren
  readonly after?: ComponentChildren
}

export function TablePage({ title, columns, error, before, after, children }: TableProps) {
  return (
    <main class="page">
      <h2>{title}</h2>
      <Notice error={error} />
      {before}
      <Sheet title={title} columns={columns}>
        {children}
      </Sheet>
      {after}
    </main>
  )
}

/** Loaded when the page opens, again on demand, and every so often when that is asked for. */
export function useLoaded<T>(
  load: () => Promise<T>,
  first: T,
  onRefused: (error: unknown) => void,
  everyMs?: number,
) {
  const [value, setValue] = useState(first)
  const [error, setError] = useState<unknown>(null)
  const refused = (refusal: unknown) => {
    setError(refusal)
    onRefused(refusal)
  }
  const reload = () => load().then(setValue, refused)
  useEffect(() => {
    void reload()
    if (everyMs === undefined) return undefined
    const timer = setInterval(() => void reload(), everyMs)
    return () => clearInterval(timer)
  }, [])
  return { value, setValue, error, reload, refused }
}

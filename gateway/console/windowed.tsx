/**
 * A list of any length of which only the rows in sight are drawn. All rows are equally high.
 *
 *     scrollTop / row height ─▶ first row ─▶ rows in sight and a few more, moved to their place
 *     near the end ─▶ onEnd (the next page)          chosen row out of sight ─▶ scrolled to
 */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

const OVERSCAN_ROWS = 6
/** Rows below the last drawn one when more are asked for. */
const AHEAD_ROWS = 30
const ROW_GUESS_PX = 152

interface WindowedProps<Item> {
  readonly items: readonly Item[]
  readonly keyOf: (item: Item) => string
  readonly chosen: number
  readonly onEnd: () => void
  readonly children: (item: Item) => ComponentChildren
}

export function Windowed<Item>({ items, keyOf, chosen, onEnd, children }: WindowedProps<Item>) {
  const frame = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 900, row: ROW_GUESS_PX })
  const measure = () => {
    const box = frame.current
    if (box === null) return
    const row = box.querySelector('li')?.offsetHeight || ROW_GUESS_PX
    const next = { top: box.scrollTop, height: box.clientHeight, row }
    // Drawn anew only when another row comes into sight.
    setView((old) =>
      Math.floor(old.top / row) === Math.floor(next.top / row) &&
      old.height === next.height &&
      old.row === row
        ? old
        : next,
    )
  }
  useLayoutEffect(() => {
    const watch = new ResizeObserver(measure)
    if (frame.current) watch.observe(frame.current)
    return () => watch.disconnect()
  }, [])
  useLayoutEffect(measure, [items.length])
  const chosenKey = items[chosen] === undefined ? null : keyOf(items[chosen])
  useLayoutEffect(() => {
    const box = frame.current
    if (box === null || chosen < 0) return
    const top = chosen * view.row
    if (top < box.scrollTop) box.scrollTop = top
    else if (top + view.row > box.scrollTop + box.clientHeight)
      box.scrollTop = top + view.row - box.clientHeight
  }, [chosenKey])

  const first = Math.max(0, Math.floor(view.top / view.row) - OVERSCAN_ROWS)
  const end = Math.min(items.length, Math.ceil((view.top + view.height) / view.row) + OVERSCAN_ROWS)
  useLayoutEffect(() => {
    if (end + AHEAD_ROWS >= items.length) onEnd()
  }, [end, items.length])
  return (
    <div class="cards" ref={frame} onScroll={measure}>
      <ul style={{ height: `${items.length * view.row}px`, '--moved': `${first * view.row}px` }}>
        {items.slice(first, end).map((item, place) => (
          <li key={keyOf(item)} aria-setsize={items.length} aria-posinset={first + place + 1}>
            {children(item)}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Counts as bars: a table that is read as well as seen, and the hours of a day as one picture. */
interface BarsProps {
  readonly title: string
  readonly rows: readonly (readonly [label: string, count: number, more?: string])[]
}

export function Bars({ title, rows }: BarsProps) {
  const most = Math.max(1, ...rows.map(([, count]) => count))
  if (rows.length === 0) return null
  return (
    <section>
      <h3>{title}</h3>
      <table class="bars">
        <tbody>
          {rows.map(([label, count, more = '']) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td class="count">{count}</td>
              <td class="bar">
                <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                  <rect width={Math.round((100 * count) / most)} height="10" />
                </svg>
                {more && <small>{more}</small>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const WIDTH = 240
const HEIGHT = 80
const LABEL_EVERY = 3

export function Hours({ title, counts }: { title: string; counts: readonly number[] }) {
  const most = Math.max(1, ...counts)
  const step = WIDTH / counts.length
  const told = counts.flatMap((count, hour) => (count === 0 ? [] : [`${hour}:00 ${count}`])).join(', ')
  return (
    <section>
      <h3>{title}</h3>
      <svg class="hours" viewBox={`0 0 ${WIDTH} ${HEIGHT + 12}`} role="img" aria-label={`${title}: ${told}`}>
        <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
        {counts.map((count, hour) => {
          const height = (count / most) * (HEIGHT - 10)
          const x = hour * step
          return (
            // The place is the hour; there are always 24 of them.
            <g key={`${hour}h`}>
              <rect x={x + 1} y={HEIGHT - height} width={step - 2} height={height} />
              {count > 0 && (
                <text x={x + step / 2} y={HEIGHT - height - 2}>
                  {count}
                </text>
              )}
              {hour % LABEL_EVERY === 0 && (
                <text x={x + step / 2} y={HEIGHT + 9}>
                  {hour}
                </text>
              )}
            </g>
          )
        })}
      </svg>
    </section>
  )
}

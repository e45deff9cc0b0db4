/** With ORK_FAULTS=full faults last as long as the promises say, and times are held to; else short, and only printed. */
export const FULL = process.env.ORK_FAULTS === 'full'

/** Prints what was measured, as a line of JSON. */
export const tell = (fault: string, figures: Readonly<Record<string, number | string>>): void => {
  console.log(JSON.stringify({ fault, ...figures }))
}

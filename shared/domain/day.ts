// The day: all days in Pinward are days of UTC.

/** The length of a day in milliseconds. */
export const dayMs = 86_400_000;

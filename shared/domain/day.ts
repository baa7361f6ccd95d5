// A day, in milliseconds: all days are those of UTC.

export const dayMs = 86_400_000;

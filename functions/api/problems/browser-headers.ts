// Browser headers: what every response tells a browser, so that a foreign page can't frame it, read it as another type or learn
// of it. There are no CORS headers: no foreign page may read a response.

/** Source: https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html */
export const browserHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000',
} as const;

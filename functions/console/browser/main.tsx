// The entry point of the console: takes a token out of the address, and draws the page.

import { render } from 'preact';
import { App } from './app.tsx';
import { takeTokenFromAddress } from './client/session.ts';
import { keepReading } from './client/use-call.ts';

takeTokenFromAddress();
keepReading();
const root = document.getElementById('app');
if (root !== null) render(<App />, root);

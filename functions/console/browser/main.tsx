// The page itself. Its first calls are under way when it is drawn.

import { render } from 'preact';
import { App } from './app.tsx';
import { keepReading } from './client/readings.ts';
import './first-calls.ts';

keepReading();
const root = document.getElementById('app');
if (root !== null) render(<App />, root);

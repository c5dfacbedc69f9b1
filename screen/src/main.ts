// Starts the screen.
import { settings, start } from './control/app';
import './places/screen';
import { styleSheet } from './tokens';

const sheet = new CSSStyleSheet();
sheet.replaceSync(styleSheet());
document.adoptedStyleSheets = [sheet];

const prefersDark = matchMedia('(prefers-color-scheme: dark)');

function wear(): void {
  const { theme } = settings.value;
  document.documentElement.dataset['theme'] = theme === 'auto' ? (prefersDark.matches ? 'dark' : 'light') : theme;
}

wear();
settings.watch(wear);
prefersDark.addEventListener('change', wear);
start();
document.body.append(document.createElement('jn-screen'));

import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/* A screen in a file of its own, fetched when somebody goes there. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let made: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [Screen, set] = useState<ComponentType<P> | null>(() => made);
    const [error, fail] = useState<unknown>(null);
    useEffect(() => {
      if (!made) load().then((component) => set(() => (made = component)), fail);
    }, []);
    // thrown while drawing, so that the guard around the screen shows it
    if (error) throw error;
    return Screen ? <Screen {...props} /> : null;
  };
}

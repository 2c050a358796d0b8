// What could make a text look like another one: control characters, and marks that change the direction of what follows.
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A text that others wrote, with what cannot be seen in it made visible. */
export function plain(text) {
    return (text ?? '').replace(INVISIBLE, mark => '\\u' + mark.charCodeAt(0).toString(16).padStart(4, '0'));
}

/** A time, as short as it can be told from others. */
export function when(time) {
    if (!time) {
        return '';
    }
    const date = new Date(time);
    return date.toDateString() === new Date().toDateString() ? date.toLocaleTimeString() : date.toLocaleString();
}

const LEVELS = {
    UP: 'success', REGISTERED: 'success', CURRENT: 'success', ADDED: 'success',
    DOWN: 'warning', HELD_DOWN: 'warning', STARTING: 'warning', STALE: 'warning', SUSPECT: 'warning', LOADING: 'warning',
    EXPIRED: 'error', LOST: 'error', FENCED: 'error'
};

/** How a badge with that word in it looks. */
export function level(word) {
    return LEVELS[word] ?? 'contrast';
}

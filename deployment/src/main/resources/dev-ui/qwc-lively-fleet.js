import { QwcHotReloadElement, css, html } from 'qwc-hot-reload-element';
import { connectionState } from 'connection-state';
import { JsonRpc } from 'jsonrpc';
import '@vaadin/tabs';
import '@vaadin/tabsheet';
import { plain } from './lively-text.js';
import './qwc-lively-events.js';
import './qwc-lively-history.js';
import './qwc-lively-registration.js';
import './qwc-lively-services.js';

const EVENTS = 200;

/** The page: follows the fleet, and hands what it hears to its parts, and what they want written to the application. */
export class QwcLivelyFleet extends QwcHotReloadElement {

    jsonRpc = new JsonRpc(this, false);

    static styles = css`
        :host { display: flex; flex-direction: column; gap: 10px; height: 100%; padding: 0 10px; box-sizing: border-box; }
        qwc-lively-services { flex: 3; min-height: 150px; }
        vaadin-tabsheet { flex: 2; min-height: 120px; }
        .failure { color: var(--lumo-error-text-color); }
        .failure:empty { display: none; }
    `;

    static properties = {
        _self: { state: true },
        _services: { state: true },
        _events: { state: true },
        _selected: { state: true },
        _history: { state: true },
        _failure: { state: true }
    };

    constructor() {
        super();
        this._clear();
    }

    connectedCallback() {
        super.connectedCallback();
        if (connectionState.current.isConnected) {
            this.hotReload();
        }
    }

    disconnectedCallback() {
        this._cancel();
        super.disconnectedCallback();
    }

    /** Also when the connection is there for the first time. */
    hotReload() {
        this._cancel();
        this._clear();
        this._streams = [
            this.jsonRpc.self().onNext(message => this._hear(message.result)).onError(message => this._fail(message)),
            this.jsonRpc.fleet().onNext(message => this._follow(message.result)).onError(message => this._fail(message))
        ];
    }

    render() {
        return html`
            <qwc-lively-registration .self=${this._self}></qwc-lively-registration>
            <div class="failure" role="alert">${plain(this._failure)}</div>
            <qwc-lively-services .services=${this._services}
                @lively-select=${e => this._select(e.detail)}
                @lively-down=${e => this._write(this.jsonRpc.down(e.detail))}
                @lively-up=${e => this._write(this.jsonRpc.up(e.detail))}>
            </qwc-lively-services>
            <vaadin-tabsheet>
                <vaadin-tabs slot="tabs">
                    <vaadin-tab id="history">History of ${this._nameOfSelected()}</vaadin-tab>
                    <vaadin-tab id="events">Events</vaadin-tab>
                </vaadin-tabs>
                <qwc-lively-history tab="history" .entries=${this._history}></qwc-lively-history>
                <qwc-lively-events tab="events" .events=${this._events}></qwc-lively-events>
            </vaadin-tabsheet>`;
    }

    _clear() {
        this._known = new Map();
        this._self = null;
        this._services = [];
        this._events = [];
        this._selected = null;
        this._history = [];
        this._failure = '';
    }

    _cancel() {
        this._streams?.forEach(stream => stream.cancel());
        this._streams = null;
    }

    _hear(self) {
        this._self = self;
        if (!this._selected) {
            this._select(self.uuid);
        }
    }

    _follow(events) {
        for (const event of events) {
            if (event.current) {
                this._known.set(event.current.uuid, event.current);
            } else if (event.previous) {
                this._known.delete(event.previous.uuid);
            }
        }
        this._services = [...this._known.values()]
            .sort((a, b) => a.type.localeCompare(b.type) || a.host.localeCompare(b.host));
        const changes = events.filter(event => !event.kind.startsWith('SNAPSHOT'));
        if (changes.length) {
            this._events = [...changes.reverse(), ...this._events].slice(0, EVENTS);
        }
        if (events.some(event => (event.current ?? event.previous)?.uuid === this._selected)) {
            this._tellHistory();
        }
    }

    _select(uuid) {
        this._selected = uuid;
        this._history = [];
        this._tellHistory();
    }

    _nameOfSelected() {
        const service = this._known.get(this._selected) ?? this._self;
        return service ? plain(`${service.type} on ${service.host}`) : 'this application';
    }

    _tellHistory() {
        const uuid = this._selected;
        this.jsonRpc.history({ uuid }).then(answer => {
            if (uuid === this._selected) {
                this._history = answer.result;
            }
        }).catch(message => this._fail(message));
    }

    _write(answer) {
        answer.then(outcome => this._failure = outcome.result.message).catch(message => this._fail(message));
    }

    _fail(message) {
        this._failure = message.error.message;
    }
}

customElements.define('qwc-lively-fleet', QwcLivelyFleet);

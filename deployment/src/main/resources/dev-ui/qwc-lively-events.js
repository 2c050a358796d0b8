import { LitElement, css, html } from 'lit';
import { columnBodyRenderer } from '@vaadin/grid/lit.js';
import '@vaadin/grid';
import '@qomponent/qui-badge';
import { level, plain, when } from './lively-text.js';

/** What changed since the page was opened, the newest first. */
export class QwcLivelyEvents extends LitElement {

    static styles = css`
        :host { display: flex; height: 100%; }
        vaadin-grid { height: 100%; }
    `;

    static properties = {
        events: { attribute: false }
    };

    render() {
        return html`<vaadin-grid .items=${this.events} theme="compact no-border">
            <vaadin-grid-column header="At" auto-width flex-grow="0"
                ${columnBodyRenderer(event => html`${when(event.at)}`, [])}></vaadin-grid-column>
            <vaadin-grid-column header="Revision" path="revision" auto-width flex-grow="0"></vaadin-grid-column>
            <vaadin-grid-column header="Kind" path="kind" auto-width flex-grow="0"></vaadin-grid-column>
            <vaadin-grid-column header="Service" auto-width ${columnBodyRenderer(this._service, [])}></vaadin-grid-column>
            <vaadin-grid-column header="Liveness" auto-width ${columnBodyRenderer(this._change, [])}></vaadin-grid-column>
            <vaadin-grid-column header="Reason" path="reason" auto-width></vaadin-grid-column>
            <vaadin-grid-column header="Changes" path="coalesced" auto-width flex-grow="0"></vaadin-grid-column>
        </vaadin-grid>`;
    }

    _service(event) {
        const service = event.current ?? event.previous;
        return service ? html`<bdi>${plain(service.type)}</bdi> on <bdi>${plain(service.host)}</bdi>` : html``;
    }

    _change(event) {
        const badge = service => html`<qui-badge level=${level(service.liveness)}><span>${service.liveness}</span></qui-badge>`;
        return html`${event.previous ? badge(event.previous) : ''} → ${event.current ? badge(event.current) : ''}`;
    }
}

customElements.define('qwc-lively-events', QwcLivelyEvents);

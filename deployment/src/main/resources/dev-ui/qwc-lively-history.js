import { LitElement, css, html } from 'lit';
import { columnBodyRenderer } from '@vaadin/grid/lit.js';
import '@vaadin/grid';
import '@qomponent/qui-badge';
import { level, plain, when } from './lively-text.js';

/** What happened to one service, the newest first. */
export class QwcLivelyHistory extends LitElement {

    static styles = css`
        :host { display: flex; height: 100%; }
        vaadin-grid { height: 100%; }
    `;

    static properties = {
        entries: { attribute: false }
    };

    render() {
        return html`<vaadin-grid .items=${this.entries} theme="compact no-border">
            <vaadin-grid-column header="Since" auto-width flex-grow="0"
                ${columnBodyRenderer(entry => html`${when(entry.since)}`, [])}></vaadin-grid-column>
            <vaadin-grid-column header="Status" auto-width flex-grow="0" ${columnBodyRenderer(entry =>
                html`<qui-badge level=${level(entry.status)}><span>${entry.status}</span></qui-badge>`, [])}>
            </vaadin-grid-column>
            <vaadin-grid-column header="Reason" path="reason" auto-width flex-grow="0"></vaadin-grid-column>
            <vaadin-grid-column header="By"
                ${columnBodyRenderer(entry => html`<bdi>${plain(entry.by)}</bdi>`, [])}></vaadin-grid-column>
            <vaadin-grid-column header="Note"
                ${columnBodyRenderer(entry => html`<bdi>${plain(entry.note)}</bdi>`, [])}></vaadin-grid-column>
        </vaadin-grid>`;
    }
}

customElements.define('qwc-lively-history', QwcLivelyHistory);

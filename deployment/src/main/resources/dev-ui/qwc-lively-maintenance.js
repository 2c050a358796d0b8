import { LitElement, html } from 'lit';
import { dialogFooterRenderer, dialogRenderer } from '@vaadin/dialog/lit.js';
import '@vaadin/button';
import '@vaadin/dialog';
import '@vaadin/integer-field';
import '@vaadin/text-field';
import '@vaadin/vertical-layout';
import { plain, when } from './lively-text.js';

/** Asks why a service goes into maintenance, and for how long. */
export class QwcLivelyMaintenance extends LitElement {

    static properties = {
        _service: { state: true },
        _note: { state: true },
        _minutes: { state: true }
    };

    open(service) {
        this._note = '';
        this._minutes = '';
        this._service = service;
    }

    render() {
        return html`<vaadin-dialog .opened=${!!this._service} header-title="Maintenance"
            @opened-changed=${e => { if (!e.detail.value) { this._service = null; } }}
            ${dialogRenderer(() => this._questions(), [this._service, this._note, this._minutes])}
            ${dialogFooterRenderer(() => this._answers(), [this._service, this._note, this._minutes])}></vaadin-dialog>`;
    }

    _questions() {
        return html`<vaadin-vertical-layout style="width: 22em; align-items: stretch">
            <div>${plain(`${this._service?.type} on ${this._service?.host}`)} will be DOWN.</div>
            <vaadin-text-field class="maintenance-note" label="Note" .value=${this._note}
                @value-changed=${e => this._note = e.detail.value}></vaadin-text-field>
            <vaadin-integer-field class="maintenance-minutes" label="Minutes" min="1" .value=${this._minutes}
                helper-text=${this._end() ? `until ${when(this._end())}` : 'until somebody lifts it'}
                @value-changed=${e => this._minutes = e.detail.value}></vaadin-integer-field>
        </vaadin-vertical-layout>`;
    }

    _answers() {
        return html`
            <vaadin-button @click=${() => this._service = null}>Cancel</vaadin-button>
            <vaadin-button class="maintenance-begin" theme="primary" @click=${this._begin}>Take it down</vaadin-button>`;
    }

    _end() {
        return this._minutes > 0 ? new Date(Date.now() + this._minutes * 60_000).toISOString() : '';
    }

    /** Crosses the shadow roots, up to the page. */
    _begin() {
        this.dispatchEvent(new CustomEvent('lively-down', {
            detail: { uuid: this._service.uuid, note: this._note || 'maintenance', end: this._end() },
            bubbles: true,
            composed: true
        }));
        this._service = null;
    }
}

customElements.define('qwc-lively-maintenance', QwcLivelyMaintenance);

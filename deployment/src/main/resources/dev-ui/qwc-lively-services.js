import { LitElement, css, html } from 'lit';
import { columnBodyRenderer } from '@vaadin/grid/lit.js';
import '@vaadin/button';
import '@vaadin/combo-box';
import '@vaadin/grid';
import '@vaadin/grid/vaadin-grid-sort-column.js';
import '@qomponent/qui-badge';
import { level, plain, when } from './lively-text.js';
import './qwc-lively-maintenance.js';

/** The services, those that the filters let through; and what can be done to each. */
export class QwcLivelyServices extends LitElement {

    static styles = css`
        :host { display: flex; flex-direction: column; gap: 5px; }
        .filters { display: flex; gap: 10px; align-items: baseline; }
        .filters vaadin-combo-box { width: 180px; }
        bdi { overflow-wrap: anywhere; }
        .count { color: var(--lumo-secondary-text-color); }
        vaadin-grid { flex: 1; min-height: 0; }
    `;

    static properties = {
        services: { attribute: false },
        _type: { state: true },
        _region: { state: true },
        _liveness: { state: true }
    };

    constructor() {
        super();
        this.services = [];
    }

    render() {
        const shown = this.services.filter(service => (!this._type || service.type === this._type)
            && (!this._region || service.region === this._region)
            && (!this._liveness || service.liveness === this._liveness));
        return html`
            <div class="filters">
                ${this._filter('Type', service => service.type, value => this._type = value)}
                ${this._filter('Region', service => service.region, value => this._region = value)}
                ${this._filter('Liveness', service => service.liveness, value => this._liveness = value)}
                <span class="count">${shown.length} of ${this.services.length} services</span>
            </div>
            <vaadin-grid .items=${shown} item-id-path="uuid" theme="row-stripes compact wrap-cell-content"
                @active-item-changed=${e => this._select(e.detail.value)}>
                <vaadin-grid-sort-column path="type" header="Type" width="120px" ${columnBodyRenderer(this._typeOf, [])}>
                </vaadin-grid-sort-column>
                <vaadin-grid-sort-column path="host" header="Host" width="120px" ${columnBodyRenderer(this._host, [])}>
                </vaadin-grid-sort-column>
                <vaadin-grid-sort-column path="region" header="Region" width="100px" ${columnBodyRenderer(this._regionOf, [])}>
                </vaadin-grid-sort-column>
                <vaadin-grid-sort-column path="liveness" header="Liveness" width="110px" flex-grow="0"
                    ${columnBodyRenderer(this._badge, [])}>
                </vaadin-grid-sort-column>
                <vaadin-grid-sort-column path="since" header="Since" auto-width flex-grow="0"
                    ${columnBodyRenderer(this._since, [])}>
                </vaadin-grid-sort-column>
                <vaadin-grid-sort-column path="reason" header="Reason" width="150px" flex-grow="0"></vaadin-grid-sort-column>
                <vaadin-grid-column header="Maintenance" width="160px" flex-grow="2" ${columnBodyRenderer(this._maintenance, [])}>
                </vaadin-grid-column>
                <vaadin-grid-column width="230px" flex-grow="0" frozen-to-end ${columnBodyRenderer(this._actions, [])}></vaadin-grid-column>
            </vaadin-grid>
            <qwc-lively-maintenance></qwc-lively-maintenance>`;
    }

    _filter(label, value, choose) {
        return html`<vaadin-combo-box class="filter-${label.toLowerCase()}" placeholder=${label} aria-label=${label}
            theme="small" clear-button-visible .items=${[...new Set(this.services.map(value))].sort().map(it => ({ label: plain(it), value: it }))}
            @value-changed=${e => choose(e.detail.value)}></vaadin-combo-box>`;
    }

    _typeOf(service) {
        return html`<bdi title=${plain(service.uuid)}>${plain(service.type)}</bdi>`;
    }

    _host(service) {
        const metadata = Object.entries(service.metadata ?? {}).map(([name, value]) => `${name}=${value}`);
        return html`<bdi title=${plain([service.endpoint, ...metadata].filter(x => x).join(' '))}>${plain(service.host)}</bdi>`;
    }

    _regionOf(service) {
        return html`<bdi>${plain(service.region)}</bdi>`;
    }

    _badge(service) {
        return html`<qui-badge class="liveness" level=${level(service.liveness)}><span>${service.liveness}</span></qui-badge>`;
    }

    _since(service) {
        return html`${when(service.since)}`;
    }

    _maintenance(service) {
        const window = [service.start && `from ${when(service.start)}`, service.end && `until ${when(service.end)}`];
        return html`<bdi class="note">${plain(service.note)}</bdi> ${window.filter(x => x).join(' ')}`;
    }

    /** The renderer calls it with another "this", to which a method would fall. */
    _actions = service => html`
        <vaadin-button theme="small tertiary" class="down" @click=${e => this._tell(e, 'lively-down',
            { uuid: service.uuid, note: '', end: '' })}>Down</vaadin-button>
        <vaadin-button theme="small tertiary" class="up" @click=${e => this._tell(e, 'lively-up',
            { uuid: service.uuid })}>Up</vaadin-button>
        <vaadin-button theme="small tertiary" class="maintain" @click=${e => this._ask(e, service)}>Maintenance…</vaadin-button>`;

    _ask(click, service) {
        click.stopPropagation();
        this.renderRoot.querySelector('qwc-lively-maintenance').open(service);
    }

    _select(service) {
        if (service) {
            this.dispatchEvent(new CustomEvent('lively-select', { detail: service.uuid }));
        }
    }

    _tell(click, name, detail) {
        click.stopPropagation();
        this.dispatchEvent(new CustomEvent(name, { detail }));
    }
}

customElements.define('qwc-lively-services', QwcLivelyServices);

import { LitElement, css, html } from 'lit';
import '@qomponent/qui-badge';
import { level, plain, when } from './lively-text.js';

/** What this application is registered as, and how far its view can be relied on. */
export class QwcLivelyRegistration extends LitElement {

    static styles = css`
        :host { display: flex; gap: 10px; }
        section { flex: 1; border: 1px solid var(--lumo-contrast-10pct); border-radius: 4px; padding: 8px 12px; }
        h4 { margin: 0 0 4px; font-size: var(--lumo-font-size-m); }
        .quiet { color: var(--lumo-secondary-text-color); font-size: var(--lumo-font-size-s); }
        code { font-size: 90%; }
    `;

    static properties = {
        self: { attribute: false }
    };

    render() {
        if (!this.self) {
            return html`<section class="quiet">Asking…</section>`;
        }
        const { view, ...self } = this.self;
        return html`
            <section class="registration">
                <h4><bdi>${plain(self.type)}</bdi> on <bdi>${plain(self.host)}</bdi>
                    <qui-badge class="state" level=${level(self.state)}><span>${self.state}</span></qui-badge></h4>
                <div>since ${when(self.since)}: <bdi class="reason">${plain(self.reason)}</bdi></div>
                <div class="quiet">region <bdi>${plain(self.region)}</bdi>, uuid <code>${plain(self.uuid)}</code></div>
                <div class="quiet">${self.lease
                    ? html`lease <code>${self.lease}</code>, TTL ${self.ttl} s, certain to live ${self.remaining} s more`
                    : 'no lease'}${self.fencingToken ? `, fencing token ${self.fencingToken}` : ''}</div>
            </section>
            <section class="view">
                <h4>The view <qui-badge level=${level(view.state)}><span>${view.state}</span></qui-badge></h4>
                <div>revision ${view.revision}</div>
                <div class="quiet">${view.age === undefined || view.age === null ? 'no first list yet'
                    : `holds all that was written until ${(view.age / 1000).toFixed(1)} s ago`}</div>
            </section>`;
    }
}

customElements.define('qwc-lively-registration', QwcLivelyRegistration);

using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>An auditor's own log, as far as auditing needs it. Whoever opens the auditor's folder hands it in.</summary>
public interface IAuditorLog
{
    string Origin { get; }

    /// <summary>The log key.</summary>
    PublicKey Key { get; }

    /// <summary>Appends an event signed by the log key; durable and in the published tree when this returns.</summary>
    /// <returns>Its index.</returns>
    /// <exception cref="AuditException">The event may not follow what the log holds, or the log takes nothing more: nothing was appended.</exception>
    Task<ulong> AppendAsync(LogEvent step, CancellationToken cancel);

    /// <summary>A commitment for another log, signed by the log key (docs/spec/audits.md section 2).</summary>
    AuditSeedEvent Commit(string provider, in Hash keyId, ulong epoch, uint rate, in Hash secret);

    /// <summary>A request to be shown drawn records, signed by the log key, with the draw's proof to the newest checkpoint (section 3).</summary>
    /// <param name="provider">Origin of the log whose records they are.</param>
    /// <param name="draw">Index of the draw in this log.</param>
    OpeningRequest Ask(string provider, ulong draw, ulong from, int count);

    /// <summary>All events of the log in order, each with its index.</summary>
    IEnumerable<(ulong Index, LogEvent Event)> Events();
}

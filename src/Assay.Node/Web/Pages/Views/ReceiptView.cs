using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Node.Proofs;
using Assay.Store;
using Assay.Verify.Json;
using Assay.Verify.Bundles;
using Assay.Verify.Dsse;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Verification;

namespace Assay.Node.Web.Pages.Views;

/// <summary>A receipt's page. <paramref name="Checked"/> is null while the receipt is promised and not yet in the tree.</summary>
/// <param name="Proof">How far its proof is; null where its model was not committed when it was made, so that there can be none, and where there is none and nobody may ask.</param>
public sealed record ReceiptView(string RecordId, CheckedReceipt? Checked, ProofState? Proof = null)
{
    /// <returns>Null where this node knows no such receipt.</returns>
    public static ReceiptView? Of(AssayNode node, string id)
    {
        if (node.IsPending(id))
            return new ReceiptView(id, null);
        if (node.Vault.Find(id) is not { } kept)
            return null;
        var found = CheckedReceipt.Of(node, kept);
        var proof = node.Proofs.StateOf(id);
        return new ReceiptView(id, found, found.CanBeProved && (node.Proofs.IsOpen || proof.Stage == ProofStage.Ready) ? proof : null);
    }
}

/// <summary>What the verifier finds when it is given all that this node holds of a receipt.</summary>
/// <param name="Statement">The signed payload, with line breaks and indentation added.</param>
/// <param name="StatementLength">Of the payload as signed, in bytes.</param>
public sealed record CheckedReceipt(Report Report, string Statement, int StatementLength)
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        // The page escapes what HTML needs escaped; here, what was signed stays legible.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Whether the log says how the model was committed before the receipt.</summary>
    public bool CanBeProved { get; private init; }

    public static CheckedReceipt Of(AssayNode node, KeptReceipt kept)
    {
        // With the private bytes, so that input and output are really checked; the page shows the findings, never the bytes.
        var bundle = node.MakeBundle(kept, disclose: true);
        var report = Verifier.Verify(bundle.ToBytes(), Policy.Parse(File.ReadAllBytes(node.Folder.Policy)), proofs: node.Options.Proofs);
        return new CheckedReceipt(report, Pretty(bundle.Envelope), bundle.Envelope.Payload.Length) { CanBeProved = ProofTask.CommittedIn(bundle) is not null };
    }

    private static string Pretty(Envelope envelope)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
            StrictJson.Parse(envelope.Payload.Span, Bundle.MaxSize).Write(writer);
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }
}

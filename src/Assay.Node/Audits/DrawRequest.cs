using Assay.Verify;
using Assay.Verify.Audits;
using Assay.Verify.Dsse;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Node.Audits;

/// <summary>Whether a request for openings is its auditor's, about a draw in that auditor's own log.</summary>
internal static class DrawRequest
{
    /// <summary>The draw that a request is about; nobody's word is checked yet.</summary>
    /// <exception cref="MalformedException">It is not such an entry.</exception>
    /// <exception cref="NodeException">It is about another provider.</exception>
    public static AuditDrawEvent Read(OpeningRequest request, string provider)
    {
        if (LogEvent.Parse(OpenEntry.Parse(request.Draw.Span).Payload.Span) is not AuditDrawEvent draw)
            throw new MalformedException("request.draw: expected the entry of a draw");
        return draw.Provider == provider ? draw : throw new NodeException(NodeFault.Conflict, "this draw does not count: it is from another provider's log");
    }

    /// <summary>Refuses a request that the auditor has not signed, or whose draw is not in its log.</summary>
    /// <param name="auditor">Who made the commitment that the draw calls its own.</param>
    /// <exception cref="NodeException">It is not so.</exception>
    public static void Check(OpeningRequest request, AuditorId auditor, string provider)
    {
        if (!request.IsSignedBy(auditor.LogKey, provider))
            throw new NodeException(NodeFault.Forbidden, "the request is not signed by the log key that the commitment names");
        if (!OpenEntry.Parse(request.Draw.Span).IsSignedOnlyBy(auditor.LogKey))
            throw new NodeException(NodeFault.Forbidden, "the draw is not signed by the log key that the commitment names, and by it alone");
        var checkpoint = Checkpoint.Parse(request.Proof.Note.Text);
        if (checkpoint.Origin != auditor.Origin || !request.Proof.Note.IsSignedBy(VerifierKey.Create(auditor.Origin, NoteSignatureType.Ed25519, auditor.LogKey)))
            throw new NodeException(NodeFault.Forbidden, "the checkpoint is not that of the auditor's log, signed by its key");
        if (!request.Proof.Includes(MerkleTree.LeafHash(request.Draw.Span), checkpoint))
            throw new NodeException(NodeFault.BadRequest, "the proof does not lead from the draw to the checkpoint");
    }
}

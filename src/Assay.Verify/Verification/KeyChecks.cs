using System.Collections.Immutable;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Verify.Verification;

/// <summary>The axes <c>signature</c> and <c>key</c>: who signed, and whether it was allowed to, at that index.</summary>
internal static class KeyChecks
{
    public static Check Signature(Parts parts)
    {
        var key = ServingKey(parts);
        if (key is null)
            return Check.Unverifiable(Axis.Signature, Reasons.NoKey, "the bundle does not introduce the serving key");
        return SignatureCache.VerifyOnce(parts.Signatures, key, parts.Bundle.Envelope.Pae(), parts.Bundle.Envelope.Signature.Span)
            ? Check.Verified(Axis.Signature, Reasons.Signed, $"{key} (node \"{Foreign.Cut(parts.Receipt.Issuer.Node)}\")")
            : Check.Refuted(Axis.Signature, Reasons.BadSignature, $"the receipt is not signed by {key}");
    }

    public static Check Key(Parts parts, Trust trust, ImmutableArray<VerifierKey> signers)
    {
        var genesis = parts.Genesis.Event;
        var known = genesis.Roots.Keys.Count(k => trust.Roots.Contains(k.Id));
        if (known < trust.RootThreshold)
            return Refuted(Reasons.UnknownRoot, $"the policy trusts {known} of genesis's {genesis.Roots.Keys.Length} root keys: expected at least {trust.RootThreshold}");
        if (!trust.Log.Logs.Contains(genesis.LogKey))
            return Refuted(Reasons.UnknownLogKey, $"genesis names the log key {Foreign.Cut(genesis.LogKey.Name)}, which is not one of the policy's logs");
        // A policy may know two keys of one origin: only the one that genesis vouches for speaks for this log.
        if (!signers.IsEmpty && !signers.Contains(genesis.LogKey))
            return Refuted(Reasons.OtherLogKey, "the checkpoint is signed by another log key than genesis names");
        return Events(parts, trust) ?? Lease(parts);
    }

    public static PublicKey? ServingKey(Parts parts) =>
        parts.KeyEvents.FirstOrDefault(e => e.Event.Key?.Id == parts.Receipt.Issuer.KeyId)?.Event.Key;

    /// <summary>What is wrong with an event's signature or its place in the log, or null.</summary>
    public static string? Fault<T>(ReadEvent<T> read, Parts parts, Trust trust)
        where T : LogEvent
    {
        if (!parts.Genesis.Event.Roots.HaveSigned(read.Entry, parts.Signatures))
            return $"the event at index {read.Proof.Index} is not signed by the roots that genesis names, or by too few";
        if (read.Entry.Signatures.Count(s => trust.Roots.Contains(s.KeyId)) is var known && known < trust.RootThreshold)
            return $"the event at index {read.Proof.Index} is signed by {known} roots that the policy trusts: expected at least {trust.RootThreshold}";
        return LogChecks.IsIncluded(read, parts.Checkpoint)
            ? null
            : $"the event at index {read.Proof.Index} is not proved to the checkpoint";
    }

    /// <summary>The sentence for an event that the root signed for another of its logs.</summary>
    public static string OtherLog(ulong index, string origin) =>
        $"the event at index {index} was signed for the log {Foreign.Cut(origin)}, not for this one";

    private static Check? Events(Parts parts, Trust trust)
    {
        if (parts.Genesis.Proof.Index != 0)
            return Refuted(Reasons.GenesisIndex, $"genesis stands at index {parts.Genesis.Proof.Index}: expected 0");
        if (Fault(parts.Genesis, parts, trust) is { } genesis)
            return Refuted(Reasons.EventProof, genesis);
        var last = 0UL;
        foreach (var read in parts.KeyEvents)
        {
            if (Fault(read, parts, trust) is { } fault)
                return Refuted(Reasons.EventProof, fault);
            if (read.Proof.Index <= last)
                return Refuted(Reasons.EventOrder, "the key events are not in the order of their indexes");
            if (read.Event.KeyId != parts.Receipt.Issuer.KeyId)
                return Refuted(Reasons.ForeignEvent, $"the event at index {read.Proof.Index} is about another key");
            if (read.Event.Origin != parts.Genesis.Event.Origin)
                return Refuted(Reasons.EventOrigin, OtherLog(read.Proof.Index, read.Event.Origin));
            last = read.Proof.Index;
        }
        return null;
    }

    private static Check Lease(Parts parts)
    {
        var events = parts.KeyEvents;
        if (events.IsEmpty || events[0].Event.Action != KeyAction.Introduce
            || events.Count(e => e.Event.Action == KeyAction.Introduce) != 1)
            return Refuted(Reasons.Introduction, "the serving key is not introduced exactly once, before all else about it");
        var (index, maxLease) = (parts.Index, parts.Genesis.Event.MaxLease);
        var covered = false;
        foreach (var (proof, _, _, step) in events)
        {
            var at = proof.Index;
            if (step.Action == KeyAction.Retire && index > at)
                return Refuted(Reasons.Retired, $"the serving key was retired at index {at}, before index {index}");
            if (step.Action == KeyAction.Compromise && index >= step.From)
                return Refuted(Reasons.Compromised, $"the serving key is not trusted from index {step.From} on");
            if (step.Until is not { } until)
                continue;
            if (until <= at || until - at > maxLease)
                return Refuted(Reasons.LeaseLength, $"the lease from index {at} to {until} is not between 1 and {maxLease} entries long");
            covered |= at < index && index < until;
        }
        if (!covered)
            return Refuted(Reasons.Lease, $"no lease of the serving key covers index {index}");
        return parts.Receipt.Issuer.Node == parts.Genesis.Event.Node
            ? Check.Verified(Axis.Key, Reasons.Leased, $"{Vouch(parts.Genesis.Event.Roots)} for it, lease covers index {index}")
            : Refuted(Reasons.NodeName, $"the receipt says node \"{Foreign.Cut(parts.Receipt.Issuer.Node)}\", genesis says \"{Foreign.Cut(parts.Genesis.Event.Node)}\"");
    }

    private static string Vouch(RootSet roots) => $"{roots} {(roots.Keys.Length == 1 ? "vouches" : "vouch")}";

    private static Check Refuted(string reason, string detail) => Check.Refuted(Axis.Key, reason, detail);
}

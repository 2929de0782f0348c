using System.Collections.Immutable;
using Assay.Reliability.Accounts;
using Assay.Verify;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Statements;

namespace Assay.Reliability.Passports;

/// <summary>The last state of an account, signed: what a router chooses by (docs/spec/passports.md section 5).</summary>
/// <param name="Entry">An <c>account-epoch</c> entry.</param>
/// <param name="Proof">Of it, in the folder's log.</param>
/// <param name="State">The state that it commits to.</param>
public sealed record CertificateFile(AccountId Account, ReadOnlyMemory<byte> Entry, TlogProof Proof, ReadOnlyMemory<byte> State)
{
    public const string MediaType = "application/vnd.assay.certificate.v1+json";

    /// <summary>The usual end of a file's name.</summary>
    public const string FileExtension = ".certificate.json";

    public const int MaxSize = 4 << 20;

    /// <exception cref="MalformedException">Not a certificate. Nothing is said yet of whether it holds.</exception>
    /// <exception cref="UnsupportedException">Of another version or oracle.</exception>
    public static CertificateFile Parse(ReadOnlySpan<byte> file)
    {
        var json = JsonAt.Root(StrictJson.Parse(file, MaxSize), "certificate");
        if (json["mediaType"].Text() is var type && type != MediaType)
            throw new UnsupportedException($"certificate.mediaType: \"{StrictJson.Shown(type)}\" is no certificate that this version knows");
        json.Only("mediaType", "account", "entry", "proof", "state");
        return new CertificateFile(
            PassportReader.ReadAccount(json["account"]), json["entry"].Base64Bytes(), json["proof"].Decode(ReadProof, "a tlog-proof"), json["state"].Base64Bytes());
    }

    public byte[] ToBytes() => StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("mediaType", MediaType);
        PassportWriter.WriteAccount(json, Account);
        json.WriteString("entry", Base64.Write(Entry.Span));
        json.WriteString("proof", Proof.ToString());
        json.WriteString("state", Base64.Write(State.Span));
        json.WriteEndObject();
    });

    /// <summary>Whether it holds for someone who trusts these logs.</summary>
    /// <param name="cache">Of a caller that asks often.</param>
    /// <returns>A certificate for each segment, in the account's order.</returns>
    /// <exception cref="MalformedException">It does not hold: why, in one line.</exception>
    public ImmutableArray<AccountCertificate> Check(TlogPolicy policy, SignatureCache? cache = null)
    {
        var open = OpenEntry.Parse(Entry.Span);
        var step = LogEvent.Parse(open.Payload.Span) as AccountEpochEvent ?? throw new MalformedException("certificate.entry: not a step of an account");
        var key = policy.Logs.FirstOrDefault(l => l.Name == step.Origin && open.IsSignedOnlyBy(l.Key, cache))
            ?? throw new MalformedException($"certificate.entry: not signed by a log key of the policy for {StrictJson.Shown(step.Origin)}");
        CheckLogged(policy, key, cache);
        var state = AccountState.Parse(State);
        if (state.Account != Account.Digest() || step.Account != state.Account)
            throw new MalformedException("certificate.account: not what the state and the entry are of");
        if (state.Digest() != step.State || state.Steps != step.Step + 1 || state.Time != step.Time || !state.Logs.SequenceEqual(step.Logs))
            throw new MalformedException("certificate.state: not what the entry commits to");
        return [.. Enumerable.Range(0, state.Segments.Count).Select(i => AccountCertificate.Of(state, i))];
    }

    private void CheckLogged(TlogPolicy policy, VerifierKey key, SignatureCache? cache)
    {
        var checkpoint = Checkpoint.Parse(Proof.Note.Text);
        if (checkpoint.Origin != key.Name || !Proof.Note.IsSignedBy(key, cache))
            throw new MalformedException($"certificate.proof: the checkpoint is not signed by {key.Name}");
        if (!Proof.Includes(MerkleTree.LeafHash(Entry.Span), checkpoint))
            throw new MalformedException($"certificate.proof: the step is not entry {Proof.Index} of the log's {checkpoint.Size}");
        if (policy.AsksForWitnesses && !policy.IsQuorum(policy.WitnessesOf(Proof.Note, cache)))
            throw new MalformedException("certificate.proof: the checkpoint is not cosigned by the policy's quorum");
    }

    private static TlogProof ReadProof(string text)
    {
        var proof = TlogProof.Parse(text);
        return proof.Extra is null && proof.ToString() == text && !proof.Note.RepeatsAKey
            ? proof
            : throw new MalformedException("a proof with an extra line, not in its one spelling, or with two lines of the same key");
    }
}

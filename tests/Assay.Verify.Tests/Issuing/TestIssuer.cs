using System.Collections.Immutable;
using System.Text;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Merkle;
using Assay.Verify.Models;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Statements;

namespace Assay.Verify.Tests.Issuing;

/// <summary>
/// A whole operator in memory: fixed keys, a log of 30 entries, one receipt in it. Every property can be set to make it
/// lie in one particular way; as it stands its bundle is good.
/// </summary>
public sealed record TestIssuer
{
    public const string Origin = "assay.test/log";
    public const string Profile = "assay-f32-v1";

    public static readonly SigningKey RootKey = Key("root");
    public static readonly SigningKey LogKey = Key("log");
    public static readonly SigningKey ServingKey = Key("serving");
    public static readonly SigningKey OtherKey = Key("other");

    public int Size { get; init; } = 30;

    public int ReceiptIndex { get; init; } = 17;

    public int ModelIndex { get; init; } = 1;

    public ulong MaxLease { get; init; } = 100;

    public ImmutableSortedDictionary<int, KeyEvent> KeyEvents { get; init; } =
        ImmutableSortedDictionary<int, KeyEvent>.Empty.Add(2, KeyEvent.Introduce(Origin, ServingKey.PublicKey, Segment, 102));

    public SigningKey EventSigner { get; init; } = RootKey;

    /// <summary>Edits the signed envelope of an event before it is logged.</summary>
    public Func<LogEvent, Envelope, Envelope> EditEnvelope { get; init; } = (_, e) => e;

    public SigningKey ReceiptSigner { get; init; } = ServingKey;

    public SigningKey CheckpointSigner { get; init; } = LogKey;

    public SigningKey PromiseSigner { get; init; } = LogKey;

    public ImmutableArray<(string Name, SigningKey Key)> Witnesses { get; init; } = [];

    public Func<Receipt, Receipt> EditReceipt { get; init; } = r => r;

    public Func<ModelEvent, ModelEvent> EditModel { get; init; } = m => m;

    public Func<GenesisEvent, GenesisEvent> EditGenesis { get; init; } = g => g;

    public Func<Promise, Promise> EditPromise { get; init; } = p => p;

    public byte[] Input { get; init; } = Encoding.UTF8.GetBytes("the canonical input");

    public byte[] WireInput { get; init; } = Encoding.UTF8.GetBytes("{\"the\":\"request\"}");

    public byte[] Output { get; init; } = Encoding.UTF8.GetBytes("the canonical output");

    public static VerifierKey LogVerifier => VerifierKey.Create(Origin, NoteSignatureType.Ed25519, LogKey.PublicKey);

    public static Policy Policy => Policy.ForLog("test", LogVerifier, RootKey.PublicKey);

    public static ModelEvent Model { get; } = MakeModel();

    public static Segment Segment => new("digits", Model.Manifest, Profile, "here");

    public static SigningKey Key(string label) => SigningKey.FromSeed(Seed(label).Bytes);

    public static byte[] Salt(string label) => Seed(label).ToArray();

    private static Hash Seed(string label) => Sha256.Of(Encoding.UTF8.GetBytes("test: " + label));

    public Bundle Issue()
    {
        var entries = new byte[Size][];
        for (var i = 0; i < Size; i++)
            entries[i] = new SealedEntry((ulong)i, Seed($"pae {i}"), OtherKey.PublicKey.Id, OtherKey.Sign([(byte)i])).ToBytes();
        entries[0] = Entry(EditGenesis(Genesis()));
        entries[ModelIndex] = Entry(EditModel(Model));
        foreach (var (index, step) in KeyEvents)
            entries[index] = Entry(step);

        // Everything before the receipt is settled: the receipt names the tree of the first 12 entries.
        var leaves = entries.Select(e => MerkleTree.LeafHash(e)).ToArray();
        var receipt = EditReceipt(MakeReceipt(new Checkpoint(Origin, 12, MerkleTree.Head(leaves.AsSpan(0, 12)))));
        var envelope = Envelope.Sign(Envelope.InToto, receipt.ToBytes(), ReceiptSigner);
        leaves[ReceiptIndex] = MerkleTree.LeafHash(SealedEntry.Of(envelope, receipt.Sequence).ToBytes());

        var first = ReceiptIndex - 2;
        var batch = leaves.AsSpan(first, 5);
        var promise = EditPromise(new Promise(Origin, (ulong)first, 5, MerkleTree.Head(batch), 1_800_000_000));
        var notBefore = (int)receipt.NotBefore.Size;
        return new Bundle
        {
            Envelope = envelope,
            Promise = new PromiseProof(promise.Sign(PromiseSigner), [.. MerkleTree.InclusionPath(2, batch)]),
            LogProof = new TlogProof(null, (ulong)ReceiptIndex, Path(ReceiptIndex, leaves), Checkpoint(leaves)),
            KeyHistory = [.. KeyEvents.Keys.Prepend(0).Select(i => new ProvedEntry((ulong)i, entries[i], Path(i, leaves)))],
            ModelEntry = new ProvedEntry((ulong)ModelIndex, entries[ModelIndex], Path(ModelIndex, leaves)),
            NotBeforePath = notBefore > 0 && notBefore < Size ? [.. MerkleTree.ConsistencyPath(notBefore, leaves)] : [],
            Disclosures = new Disclosures(
                new Disclosure(Salt("input"), Input), new Disclosure(Salt("wire"), WireInput), new Disclosure(Salt("output"), Output)),
        };
    }

    public byte[] IssueBytes() => Issue().ToBytes();

    /// <summary>A log policy that knows this log and these witnesses.</summary>
    public static string LogPolicy(string groupAndQuorum, params ReadOnlySpan<(string Name, SigningKey Key)> witnesses)
    {
        var text = new StringBuilder($"log {LogVerifier}\n");
        foreach (var (name, key) in witnesses)
            text.Append($"witness {name} {VerifierKey.Create(name, NoteSignatureType.Cosignature, key.PublicKey)}\n");
        return text.Append(groupAndQuorum).Append('\n').ToString();
    }

    private byte[] Entry(LogEvent said) => EditEnvelope(said, OpenEntry.Parse(said.ToEntry(EventSigner))).ToBytes();

    private GenesisEvent Genesis() =>
        new(Origin, RootKey.PublicKey, LogVerifier, MaxLease, 60, "tester", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    private Receipt MakeReceipt(Checkpoint notBefore) => new()
    {
        RecordId = Seed("record").ToHex()[..32],
        Sequence = 7,
        ClientNonce = "a nonce",
        Issuer = new Issuer(ReceiptSigner.PublicKey.Id, "tester"),
        Model = new ModelClaim(Model.Name, Model.Version, Model.Manifest, Model.Format),
        Input = new ContentClaim(Receipt.Tensors, (ulong)Input.Length, Commitment.OfInput(Salt("input"), Input)),
        WireInput = new ContentClaim("application/json", (ulong)WireInput.Length, Commitment.OfWireInput(Salt("wire"), WireInput)),
        Output = new ContentClaim(Receipt.Tensors, (ulong)Output.Length, OutputCommitment.Of(Salt("output"), Output)),
        Execution = new ExecutionClaim(Profile, new EngineClaim("assay", "0.1.0", "test"), Model.Graph),
        RequestedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 6, TimeSpan.Zero),
        CompletedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 7, TimeSpan.Zero),
        NotBefore = notBefore,
        Auditable = true,
        Venue = [new VenueClaim("a desk", "operator")],
    };

    private SignedNote Checkpoint(Hash[] leaves)
    {
        var note = new Checkpoint(Origin, (ulong)leaves.Length, MerkleTree.Head(leaves)).Sign(CheckpointSigner);
        foreach (var (name, key) in Witnesses)
        {
            const ulong time = 1_790_000_000;
            var signature = key.Sign(Cosignature.Message(time, note.Text));
            byte[] bytes = [0, 0, 0, 0, .. BitConverter.GetBytes((uint)time).Reverse(), .. signature];
            var id = VerifierKey.Create(name, NoteSignatureType.Cosignature, key.PublicKey).Id;
            note = note with { Signatures = note.Signatures.Add(new NoteSignature(name, id, bytes)) };
        }
        return note;
    }

    private static ImmutableArray<Hash> Path(int index, Hash[] leaves) => [.. MerkleTree.InclusionPath(index, leaves)];

    private static ModelEvent MakeModel()
    {
        ImmutableArray<ModelFile> files = [new("model.onnx", Seed("weights"), 1234), new("card.md", Seed("card"), 56)];
        return new ModelEvent(Origin, "digits", "1", ModelDigest.Of(files), "onnx", Seed("graph"), files);
    }
}

using System.Collections.Immutable;
using System.Text;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Logs;
using Assay.Verify.Merkle;
using Assay.Verify.Models;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Statements;

namespace Assay.Tests;

/// <summary>
/// A whole operator in memory: fixed keys, a log of 30 entries, one receipt in it. Every property can be set to make it
/// lie in one particular way; as it stands its bundle is good.
/// </summary>
/// <remarks>
/// The log: genesis, model, introductions of the serving key and of another, six records of the other; seven of the serving key
/// (10 to 16), the receipt (17), three more (18 to 20); records of the other, with the epoch at 27 where there is one.
/// </remarks>
public sealed partial record TestIssuer
{
    public const string Origin = "assay.test/log";
    public const string Profile = "assay-f32-v1";

    private const int FirstRecord = 10;

    public static readonly SigningKey RootKey = Key("root");
    public static readonly SigningKey LogKey = Key("log");
    public static readonly SigningKey ServingKey = Key("serving");
    public static readonly SigningKey OtherKey = Key("other");

    /// <summary>A serving key of the other algorithm.</summary>
    public static readonly SigningKey P256Key = new DeterministicP256Key(Seed("p256").ToArray());

    public int Size { get; init; } = 30;

    public int ReceiptIndex { get; init; } = 17;

    public int ModelIndex { get; init; } = 1;

    public ulong MaxLease { get; init; } = 100;

    /// <summary>The serving key: it signs the receipt, unless <see cref="ReceiptSigner"/> does.</summary>
    public SigningKey Serving { get; init; } = ServingKey;

    public ImmutableSortedDictionary<int, KeyEvent> KeyEvents { get; init; } =
        ImmutableSortedDictionary<int, KeyEvent>.Empty.Add(2, KeyEvent.Introduce(Origin, ServingKey.PublicKey, Segment, 102));

    /// <summary>The keys that genesis names, and how many must sign.</summary>
    public ImmutableArray<SigningKey> Roots { get; init; } = [RootKey];

    public int Threshold { get; init; } = 1;

    /// <summary>Who signs the events; as many of the roots as must, if null.</summary>
    public ImmutableArray<SigningKey>? EventSigners { get; init; }

    /// <summary>Edits the signed entry of an event before it is logged.</summary>
    public Func<LogEvent, OpenEntry, OpenEntry> EditEntry { get; init; } = (_, e) => e;

    public SigningKey? ReceiptSigner { get; init; }

    public SigningKey CheckpointSigner { get; init; } = LogKey;

    public SigningKey PromiseSigner { get; init; } = LogKey;

    public ImmutableArray<(string Name, SigningKey Key)> Witnesses { get; init; } = [];

    /// <summary>Unix seconds, by the name of the witness.</summary>
    public Func<string, ulong> WitnessedAt { get; init; } = _ => 1_790_000_000;

    /// <summary>How many entries the epoch indexes; null for no epoch.</summary>
    public int? EpochSize { get; init; }

    public int EpochIndex { get; init; } = 27;

    public SigningKey EpochSigner { get; init; } = LogKey;

    public Func<EpochEvent, EpochEvent> EditEpoch { get; init; } = e => e;

    public Func<IndexNote, IndexNote> EditNote { get; init; } = n => n;

    /// <summary>Who signs the index note; at least one, as a note has at least one line.</summary>
    public ImmutableArray<(string Name, SigningKey Key)> Indexers { get; init; } = [("indexer.test", Key("indexer"))];

    public Func<Receipt, Receipt> EditReceipt { get; init; } = r => r;

    public Func<ModelEvent, ModelEvent> EditModel { get; init; } = m => m;

    public Func<GenesisEvent, GenesisEvent> EditGenesis { get; init; } = g => g;

    public Func<Promise, Promise> EditPromise { get; init; } = p => p;

    public byte[] Input { get; init; } = Encoding.UTF8.GetBytes("the canonical input");

    public byte[] WireInput { get; init; } = Encoding.UTF8.GetBytes("{\"the\":\"request\"}");

    public byte[] Output { get; init; } = Encoding.UTF8.GetBytes("the canonical output");

    /// <summary>The output, if it is tokens and not <see cref="Output"/>.</summary>
    public ImmutableArray<OutputToken>? Tokens { get; init; }

    /// <summary>Whether <see cref="Output"/> is what an upstream sent.</summary>
    public bool IsRelayed { get; init; }

    public static VerifierKey LogVerifier => VerifierKey.Create(Origin, NoteSignatureType.Ed25519, LogKey.PublicKey);

    public static Policy Policy => new TestIssuer().OwnPolicy;

    /// <summary>Of someone who trusts this log and all its roots.</summary>
    public Policy OwnPolicy => Policy.ForLog("test", LogVerifier, RootSet);

    /// <summary>Of someone who also trusts the indexers, and asks that all of them signed.</summary>
    public Policy IndexedPolicy => OwnPolicy with
    {
        Indexers = [.. Indexers.Select(i => VerifierKey.Create(i.Name, NoteSignatureType.Ed25519, i.Key.PublicKey))],
        IndexerThreshold = Indexers.Length,
        Require = [.. OwnPolicy.Require, Verify.Reports.Axis.Completeness],
    };

    public RootSet RootSet => new(Roots.Select(r => r.PublicKey), Threshold);

    public static ModelEvent Model { get; } = MakeModel();

    public static Segment Segment => new("digits", Model.Manifest, Profile, "here");

    public static SigningKey Key(string label) => SigningKey.FromSeed(Seed(label).Bytes);

    public static byte[] Salt(string label) => Seed(label).ToArray();

    private static Hash Seed(string label) => Sha256.Of(Encoding.UTF8.GetBytes("test: " + label));

    /// <summary>The same operator with a serving key of P-256.</summary>
    public TestIssuer WithP256() => this with
    {
        Serving = P256Key,
        KeyEvents = KeyEvents.SetItem(2, KeyEvent.Introduce(Origin, P256Key.PublicKey, Segment, 102)),
    };

    /// <summary>A log policy that knows this log and these witnesses.</summary>
    public static string LogPolicy(string groupAndQuorum, params ReadOnlySpan<(string Name, SigningKey Key)> witnesses)
    {
        var text = new StringBuilder($"log {LogVerifier}\n");
        foreach (var (name, key) in witnesses)
            text.Append($"witness {name} {VerifierKey.Create(name, NoteSignatureType.Cosignature, key.PublicKey)}\n");
        return text.Append(groupAndQuorum).Append('\n').ToString();
    }

    private GenesisEvent Genesis() =>
        new(Origin, RootSet, LogVerifier, MaxLease, 60, "tester", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    private Receipt MakeReceipt(Checkpoint notBefore)
    {
        var output = Tokens is { } tokens ? OutputToken.Encode(tokens) : Output;
        var kind = Tokens is not null ? OutputKind.Tokens : IsRelayed ? OutputKind.Relayed : OutputKind.Tensors;
        return new Receipt
        {
            RecordId = Seed("record").ToHex()[..32],
            Sequence = 7,
            ClientNonce = "a nonce",
            Issuer = new Issuer((ReceiptSigner ?? Serving).PublicKey.Id, "tester"),
            Model = new ModelClaim(Model.Name, Model.Version, Model.Manifest, Model.Format),
            Input = new ContentClaim(Receipt.Tensors, (ulong)Input.Length, Commitment.OfInput(Salt("input"), Input)),
            WireInput = new ContentClaim("application/json", (ulong)WireInput.Length, Commitment.OfWireInput(Salt("wire"), WireInput)),
            Output = new OutputClaim(
                (ulong)output.Length, OutputCommitment.Of(kind, Salt("output"), output), Tokens is null ? null : (ulong)Tokens.Value.Length) { IsRelayed = IsRelayed },
            Execution = new ExecutionClaim(Profile, new EngineClaim("assay", "0.1.0", "test"), Model.Graph),
            RequestedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 6, TimeSpan.Zero),
            CompletedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 7, TimeSpan.Zero),
            NotBefore = notBefore,
            Auditable = true,
            Venue = [new VenueClaim("a desk", "operator")],
        };
    }

    private SignedNote Checkpoint(Hash[] leaves)
    {
        var note = new Checkpoint(Origin, (ulong)leaves.Length, MerkleTree.Head(leaves)).Sign(CheckpointSigner);
        foreach (var (name, key) in Witnesses)
            note = note with { Signatures = note.Signatures.Add(Cosignature.Sign(note.Text, name, key, WitnessedAt(name))) };
        return note;
    }

    private static ImmutableArray<Hash> Path(int index, Hash[] leaves) => [.. MerkleTree.InclusionPath(index, leaves)];

    private static ModelEvent MakeModel()
    {
        ImmutableArray<ModelFile> files = [new("model.onnx", Seed("weights"), 1234), new("card.md", Seed("card"), 56)];
        return new ModelEvent(Origin, "digits", "1", ModelDigest.Of(files), "onnx", Seed("graph"), files);
    }
}

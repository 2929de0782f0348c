using System.Text;
using Assay.Audit.Auditing;
using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Log;
using Assay.Log.Files;
using Assay.Log.Tiles;
using Assay.Providers;
using Assay.Reliability.Accounts;
using Assay.Verify.Audits;
using Assay.Verify.Bundles;
using Assay.Verify.Codecs;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Audit.Tests.Auditing;

/// <summary>How a provider played by a test serves or opens a record.</summary>
internal enum Trick
{
    None,

    /// <summary>Another model answers under the same claim.</summary>
    Swap,

    /// <summary>The record is not shown.</summary>
    Hide,

    /// <summary>The provider says that it is gone.</summary>
    Lose,

    /// <summary>Another record's bundle is shown in its place.</summary>
    ShowAnother,

    /// <summary>The bundle is shown with another input than was committed to.</summary>
    LieOfInput,

    /// <summary>The caller did not ask for it to be auditable.</summary>
    Private,

    /// <summary>An auditable record is shown as if it were not.</summary>
    FeignPrivate,

    /// <summary>The receipt names another graph than was published.</summary>
    OtherGraph,
}

/// <summary>A provider with a real log in a folder, real answers and real bundles; every request of an auditor is answered in this process.</summary>
internal sealed class PlayedProvider : IAuditedNode, IAsyncDisposable
{
    private const int EpochRecords = 100;
    private const string Name = "provider.test/log";

    private static readonly SigningKey Root = AuditKeys.Of("provider root");
    private static readonly SigningKey Serving = AuditKeys.Of("provider serving");
    private static readonly SigningKey LogKeyPair = AuditKeys.Of("provider log");

    private readonly TemporaryFolder folder = new();
    private readonly TileLog log;
    private readonly PlayedModels models;
    private readonly LogState state = new();
    private readonly LocalEngine honest = new(new SessionOptions { Threads = 1 });
    private readonly LocalEngine swapped = new(new SessionOptions { Threads = 1 });
    private readonly Dictionary<ulong, (Bundle Bundle, Trick Trick)> served = [];
    private readonly SortedDictionary<ulong, Hash> board = [];

    public PlayedProvider(PlayedModels models)
    {
        this.models = models;
        var genesis = new GenesisEvent(Name, RootSet.Of(Root.PublicKey), LogKey, 1 << 20, 60, "tester", DateTimeOffset.UnixEpoch).ToEntry(Root);
        log = TileLog.Create(new PosixLogFiles(folder["log"]), Name, LogKeyPair, genesis, new TileLogOptions { IntegrateInterval = TimeSpan.FromMilliseconds(1) });
        Append(new AuditTermsEvent(Name, EpochRecords, 3600));
        Append(new ModelEvent(Name, models.Stored.Name, models.Stored.Version, models.Stored.Digest, models.Stored.Format, models.Stored.Graph, models.Stored.Files));
        Append(KeyEvent.Introduce(Name, Serving.PublicKey, new Segment("svc", models.Stored.Digest, LocalEngine.Profile, "here"), 1 << 19));
    }

    public static VerifierKey LogKey => VerifierKey.Create(Name, NoteSignatureType.Ed25519, LogKeyPair.PublicKey);

    public static Hash KeyId => Serving.PublicKey.Id;

    public static string Policy => $"log {LogKey}\nquorum none\n";

    /// <summary>Of someone who trusts this provider's log and root.</summary>
    public static Verify.Policies.Policy Trusted => Verify.Policies.Policy.ForLog("test", LogKey, RootSet.Of(Root.PublicKey));

    public TileSource Source => TileStore.Over(new PosixLogFiles(folder["log"]));

    public LogState State
    {
        get
        {
            foreach (var entry in log.Reader.ReadEntries(state.Size))
                state.Apply(entry.Span);
            return state;
        }
    }

    /// <summary>Whether commitments are refused.</summary>
    public bool RefusesCommitments { get; set; }

    /// <summary>Whether nobody answers.</summary>
    public bool IsDown { get; set; }

    /// <summary>Whether an answer breaks off after this many lines; 0 for never.</summary>
    public int BreaksOffAfter { get; set; }

    /// <summary>Of the auditors whose secrets the board hides.</summary>
    public HashSet<string> Hidden { get; } = [];

    public int OpeningRequests { get; private set; }

    /// <summary>Called before each request is answered.</summary>
    public Action<string> Asked { get; set; } = _ => { };

    /// <summary>Serves so many records; the trick of each by its sequence.</summary>
    public async Task ServeAsync(int records, Func<ulong, Trick>? tricks = null)
    {
        var appended = new List<Task<Appended>>();
        var made = new List<(Envelope Envelope, Disclosures Shown, Trick Trick)>();
        for (var sequence = State.Keys[KeyId].Receipts; records > 0; records--, sequence++)
        {
            var trick = tricks?.Invoke(sequence) ?? Trick.None;
            made.Add(await AnswerAsync(sequence, trick));
            appended.Add(log.AppendAsync(SealedEntry.Of(made[^1].Envelope, sequence, KeyAlgorithm.Ed25519).ToBytes()));
        }
        await Task.WhenAll(appended);
        await log.WaitForCheckpointAsync(appended[^1].Result.Index);
        for (var i = 0; i < made.Count; i++)
            served[Receipt.Parse(made[i].Envelope.Payload.Span).Sequence] = (BundleOf(made[i].Envelope, made[i].Shown, appended[i].Result.Index), made[i].Trick);
    }

    /// <summary>Serves what is left of the current epoch.</summary>
    public Task EndEpochAsync(Func<ulong, Trick>? tricks = null) => ServeAsync(EpochRecords - (int)(State.Keys[KeyId].Receipts % EpochRecords), tricks);

    public Bundle BundleAt(ulong sequence) => served[sequence].Bundle;

    public Trick TrickAt(ulong sequence) => served[sequence].Trick;

    public Task<NodeReply> CommitAsync(AuditSeedEvent seed, CancellationToken cancel)
    {
        Asked("seeds");
        if (IsDown)
            return Task.FromResult(new NodeReply(NodeAnswer.Unreachable, "down"));
        if (RefusesCommitments)
            return Task.FromResult(new NodeReply(NodeAnswer.Refused, "not here"));
        // As a request and back: what is sent is what would arrive.
        var received = AuditSeedEvent.ParseRequest(seed.ToRequest(), Name);
        if (!State.SeedsOf(received.KeyId, received.Epoch).Any(s => s.Event.Equals(received)))
            try
            {
                State.Check(received);
                Append(received);
            }
            catch (Verify.MalformedException e)
            {
                return Task.FromResult(new NodeReply(NodeAnswer.Refused, e.Message));
            }
        return Task.FromResult(new NodeReply(NodeAnswer.Taken));
    }

    public Task<NodeReply> ShowSecretAsync(Hash keyId, ulong epoch, Hash secret, CancellationToken cancel)
    {
        Asked("secret");
        Assert.NotNull(State.EpochOf(keyId, epoch));
        foreach (var (index, seed) in State.SeedsOf(keyId, epoch))
            if (AuditSeed.Commitment(keyId, epoch, seed.Auditor.LogKey.Id, secret) == seed.Commitment && !Hidden.Contains(seed.Auditor.Origin))
                board[index] = secret;
        return Task.FromResult(new NodeReply(IsDown ? NodeAnswer.Unreachable : NodeAnswer.Taken));
    }

    public Task<IReadOnlyList<RevealedSeed>> SecretsAsync(Hash keyId, ulong epoch, CancellationToken cancel)
    {
        Asked("board");
        // A board of a dishonest provider has more on it than what is true.
        return Task.FromResult<IReadOnlyList<RevealedSeed>>(
            IsDown ? [] : [.. board.Select(b => new RevealedSeed(b.Key, b.Value)), new RevealedSeed(0, KeyId), .. board.Keys.Select(k => new RevealedSeed(k, KeyId))]);
    }

    public Task<NodeReply> OpenAsync(OpeningRequest request, Action<OpeningLine> take, CancellationToken cancel)
    {
        Asked("openings");
        OpeningRequests++;
        if (IsDown)
            return Task.FromResult(new NodeReply(NodeAnswer.Unreachable, "down"));
        request = OpeningRequest.Parse(request.ToBytes());
        var draw = AuditDrawEvent.Parse(OpenEntry.Parse(request.Draw.Span).Payload.Span);
        var own = State.SeedsOf(draw.KeyId, draw.Epoch.Number).Single(s => s.Index == draw.Own).Event;
        Assert.True(request.IsSignedBy(own.Auditor.LogKey, Name));
        var order = DrawCheck.Order(draw, own.Auditor.LogKey.Id, State);
        Assert.NotNull(order);
        var lines = 0;
        for (var position = request.From; position < Math.Min(request.From + (ulong)request.Count, draw.Drawn); position++)
            if (LineOf(position, order[position]) is { } line)
            {
                take(OpeningLine.Parse(line));
                if (++lines == BreaksOffAfter)
                    break;
            }
        return Task.FromResult(new NodeReply(NodeAnswer.Taken));
    }

    public async ValueTask DisposeAsync()
    {
        await log.DisposeAsync();
        honest.Dispose();
        swapped.Dispose();
        folder.Dispose();
    }

    private byte[]? LineOf(ulong position, ulong sequence)
    {
        var (bundle, trick) = served[sequence];
        string Json(string what) => $$"""{"position":{{position}},"sequence":{{sequence}},{{what}}}""";
        string Whole(Bundle shown) => Json($"\"bundle\":{Encoding.UTF8.GetString(shown.ToBytes())}");
        return trick switch
        {
            Trick.Hide => null,
            Trick.Lose => Encoding.UTF8.GetBytes(Json("\"gone\":\"a disk failed\"")),
            Trick.Private or Trick.FeignPrivate => Encoding.UTF8.GetBytes(Json($"\"envelope\":\"{Base64.Write(bundle.Envelope.ToBytes())}\"")),
            Trick.ShowAnother => Encoding.UTF8.GetBytes(Whole(served.First(s => s.Key != sequence && s.Value.Trick == Trick.None).Value.Bundle)),
            Trick.LieOfInput => Encoding.UTF8.GetBytes(Whole(bundle with
            {
                Disclosures = bundle.Disclosures with { Input = new Disclosure(bundle.Disclosures.Input!.Salt, TensorEncoding.Encode([new("x", PlayedModels.Input(sequence + 1)["x"])])) },
            })),
            _ => Encoding.UTF8.GetBytes(Whole(bundle)),
        };
    }

    private void Append(LogEvent step)
    {
        var index = log.AppendAsync(step.ToEntry(step.SignedByLogKey ? LogKeyPair : Root)).GetAwaiter().GetResult().Index;
        log.WaitForCheckpointAsync(index).GetAwaiter().GetResult();
    }

    private async Task<(Envelope, Disclosures, Trick)> AnswerAsync(ulong sequence, Trick trick)
    {
        var isSwap = trick == Trick.Swap;
        var run = await (isSwap ? swapped : honest).InvokeAsync(new Invocation(isSwap ? models.Swapped : models.Honest, PlayedModels.Input(sequence)), default);
        var (input, output) = (run.EncodedInputs, run.EncodedOutputs);
        byte[] Salt(string what) => AuditedSalt($"{what} {sequence}");
        var receipt = new Receipt
        {
            RecordId = sequence.ToString("x32", System.Globalization.CultureInfo.InvariantCulture),
            Sequence = sequence,
            Issuer = new Issuer(KeyId, "tester"),
            Model = models.Honest.Claim,
            Input = new ContentClaim(Receipt.Tensors, (ulong)input.Length, Commitment.OfInput(Salt("in"), input)),
            Output = new OutputClaim((ulong)output.Length, OutputCommitment.Of(Salt("out"), output)),
            Execution = run.Execution with { Graph = trick == Trick.OtherGraph ? AuditKeys.Word("graph") : models.Stored.Graph },
            RequestedAt = DateTimeOffset.UnixEpoch,
            CompletedAt = DateTimeOffset.UnixEpoch,
            NotBefore = Receipt.NoCheckpoint(Name),
            Auditable = trick != Trick.Private,
        };
        return (Envelope.Sign(Envelope.InToto, receipt.ToBytes(), Serving), new Disclosures(new Disclosure(Salt("in"), input), null, new Disclosure(Salt("out"), output)), trick);
    }

    private Bundle BundleOf(Envelope envelope, Disclosures shown, ulong index)
    {
        var reader = log.Reader;
        var size = reader.Checkpoint.Size;
        ProvedEntry Prove(ulong at) => new(at, reader.ReadEntry(at), [.. reader.InclusionProof(at, size)]);
        var note = SignedNote.Parse(log.Checkpoint.Note);
        return new Bundle
        {
            Envelope = envelope,
            Promise = new PromiseProof(new Promise(Name, index, 1, reader.LeafHash(index), 1).Sign(LogKeyPair), []),
            LogProof = new TlogProof(null, index, [.. reader.InclusionProof(index, size)], SignedNote.Parse(reader.Signed?.Note ?? log.Checkpoint.Note)),
            KeyHistory = [Prove(0), Prove(3)],
            ModelEntry = Prove(2),
            NotBeforePath = [],
            Disclosures = shown,
        };
    }

    private static byte[] AuditedSalt(string word) => AuditKeys.Word(word).ToArray();
}

/// <summary>Keys and words that are always the same.</summary>
internal static class AuditKeys
{
    public static Hash Word(string word) => Sha256.Of(Encoding.UTF8.GetBytes($"test: {word}"));

    public static SigningKey Of(string word) => SigningKey.FromSeed(Word(word).Bytes);
}

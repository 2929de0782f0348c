using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Logs;
using Assay.Verify.Models;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Verify.Tests.Logs;

/// <summary>The fold refuses each thing that a log must not hold, and is then as it was before.</summary>
public class LogStateTests
{
    private const string Origin = "test.example/log";

    private static readonly SigningKey Root = Key(1);
    private static readonly SigningKey Serving = Key(2);
    private static readonly SigningKey Other = Key(3);
    private static readonly ModelFile[] Files = [new("model.onnx", Sha256.Of([1]), 1)];
    private static readonly Segment Segment = new("assay", ModelDigest.Of(Files), "profile", "here");

    [Fact]
    public void Good_log_folds()
    {
        var state = Folded(10);
        state.Apply(new ModelEvent(Origin, "m", "1", Segment.Model, "onnx", Sha256.Of([2]), [.. Files]).ToEntry(Root));
        state.Apply(Sealed(0));
        state.Apply(Event(KeyEvent.Renew(Origin, Serving.PublicKey.Id, 14)));
        state.Apply(Sealed(1));
        var key = state.Keys[Serving.PublicKey.Id];
        Assert.Equal((6UL, 2UL, 14UL, false), (state.Size, key.Receipts, key.Until, key.Retired));
        Assert.Equal(2UL, Assert.Single(state.Models).Index);
    }

    [Fact]
    public void Gap_in_the_sequence_is_refused() => Refused(Folded(10), Sealed(1), "gap");

    [Fact]
    public void Repeated_sequence_is_refused()
    {
        var state = Folded(10);
        state.Apply(Sealed(0));
        Refused(state, Sealed(0), "repetition");
        state.Apply(Sealed(1));
    }

    [Fact]
    public void Receipt_at_the_end_of_the_lease_is_refused()
    {
        var state = Folded(4);
        state.Apply(Sealed(0));
        state.Apply(Sealed(1));
        Refused(state, Sealed(2), "outside its lease");
        state.Apply(Event(KeyEvent.Renew(Origin, Serving.PublicKey.Id, 14)));
        state.Apply(Sealed(2));
    }

    [Fact]
    public void Receipt_by_a_key_never_introduced_is_refused() => Refused(Folded(10), Sealed(0, Other), "never introduced");

    [Fact]
    public void Receipt_after_retirement_is_refused_whatever_is_renewed()
    {
        var state = Folded(10);
        state.Apply(Event(KeyEvent.Retire(Origin, Serving.PublicKey.Id)));
        Refused(state, Sealed(0), "outside its lease");
        state.Apply(Event(KeyEvent.Renew(Origin, Serving.PublicKey.Id, 12)));
        Refused(state, Sealed(0), "outside its lease");
    }

    [Fact]
    public void Receipt_from_the_index_of_a_compromise_on_is_refused()
    {
        var state = Folded(10);
        state.Apply(Event(KeyEvent.Compromise(Origin, Serving.PublicKey.Id, 4)));
        state.Apply(Sealed(0));
        Refused(state, Sealed(1), "outside its lease");
    }

    [Fact]
    public void Event_that_the_root_has_not_signed_is_refused()
    {
        Refused(Folded(10), KeyEvent.Retire(Origin, Serving.PublicKey.Id).ToEntry(Other), "roots have not signed");
        var good = OpenEntry.Parse(Event(KeyEvent.Retire(Origin, Serving.PublicKey.Id)));
        Refused(Folded(10), (good with { Signatures = [good.Signatures[0] with { Bytes = new byte[64] }] }).ToBytes(), "roots have not signed");
    }

    [Fact]
    public void Second_genesis_is_refused() => Refused(Folded(10), Genesis().ToEntry(Root), "genesis");

    [Fact]
    public void Log_that_does_not_begin_with_genesis_is_refused()
    {
        Refused(new LogState(), Event(KeyEvent.Retire(Origin, Serving.PublicKey.Id)), "genesis");
        Refused(new LogState(), Sealed(0), "never introduced");
    }

    [Fact]
    public void Genesis_that_another_key_signed_is_refused() => Refused(new LogState(), Genesis().ToEntry(Other), "roots have not signed");

    [Theory]
    [InlineData(13)]
    [InlineData(2)]
    [InlineData(1)]
    public void Lease_that_is_too_long_or_over_is_refused(ulong until)
    {
        Refused(Folded(10), Event(KeyEvent.Renew(Origin, Serving.PublicKey.Id, until)), "lease");
        Refused(Folded(10), Event(KeyEvent.Introduce(Origin, Other.PublicKey, Segment, until)), "lease");
    }

    [Fact]
    public void Key_introduced_twice_is_refused() =>
        Refused(Folded(10), Event(KeyEvent.Introduce(Origin, Serving.PublicKey, Segment, 10)), "second time");

    [Fact]
    public void Event_of_a_key_never_introduced_is_refused() => Refused(Folded(10), Event(KeyEvent.Retire(Origin, Other.PublicKey.Id)), "never introduced");

    [Fact]
    public void Event_that_the_root_signed_for_another_log_is_refused()
    {
        const string Elsewhere = "elsewhere.example/log";
        Refused(Folded(10), Event(KeyEvent.Introduce(Elsewhere, Other.PublicKey, Segment, 10)), "signed for the log elsewhere.example/log");
        Refused(Folded(10), Event(KeyEvent.Retire(Elsewhere, Serving.PublicKey.Id)), "signed for the log");
        Refused(Folded(10), Event(new ModelEvent(Elsewhere, "m", "1", Segment.Model, "onnx", Sha256.Of([2]), [.. Files])), "signed for the log");
    }

    [Fact]
    public void Entry_that_is_nothing_is_refused()
    {
        foreach (var entry in (byte[][])[[], [1, 2, 3], Sealed(0)[..^1], "{}"u8.ToArray()])
            Refused(Folded(10), entry, "");
    }

    private static void Refused(LogState state, byte[] entry, string because)
    {
        var (size, keys, models) = (state.Size, state.Keys.ToDictionary(), state.Models.Count);
        var e = Assert.Throws<MalformedException>(() => state.Apply(entry));
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
        Assert.Equal((size, models), (state.Size, state.Models.Count));
        Assert.Equal(keys, state.Keys.ToDictionary());
    }

    // Genesis with leases of at most 10, and the serving key at index 1.
    private static LogState Folded(ulong until)
    {
        var state = new LogState();
        state.Apply(Genesis().ToEntry(Root));
        state.Apply(Event(KeyEvent.Introduce(Origin, Serving.PublicKey, Segment, until)));
        return state;
    }

    private static GenesisEvent Genesis() => new(
        Origin, RootSet.Of(Root.PublicKey), VerifierKey.Create(Origin, NoteSignatureType.Ed25519, Other.PublicKey), 10, 60, "tester",
        new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    private static byte[] Event(LogEvent step) => step.ToEntry(Root);

    private static byte[] Sealed(ulong sequence, SigningKey? key = null) =>
        SealedEntry.Of(Envelope.Sign(Envelope.InToto, new byte[] { 1, (byte)sequence }, key ?? Serving), sequence, KeyAlgorithm.Ed25519).ToBytes();

    private static SigningKey Key(byte seed) => SigningKey.FromSeed([.. Enumerable.Repeat(seed, 32)]);
}

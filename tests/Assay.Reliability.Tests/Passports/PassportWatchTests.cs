using Assay.Reliability.Accounts;
using Assay.Reliability.Passports;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Reliability.Tests.Passports;

public class PassportWatchTests
{
    private sealed class Seen : IPassportWatch
    {
        public List<(ulong Time, ulong Epochs)> Settled { get; } = [];

        public List<(AccountEpochEvent Step, Hash Digest, ulong? KeysEpochs)> Steps { get; } = [];

        void IPassportWatch.Settled(AccountState state, int place, ulong time) => Settled.Add((time, state.Segments[place].Epochs));

        public void Stepped(AccountEpochEvent step, AccountState state, IProviderHistory provider)
        {
            var key = Assert.Single(provider.ServingKeys).KeyId;
            Assert.Equal(0, state.PlaceOf(key));
            Assert.Null(state.PlaceOf(default));
            Steps.Add((step, state.Digest(), state.SettledOf(key)));
        }
    }

    [Fact]
    public void Every_step_and_every_settled_epoch_is_told()
    {
        var folded = Folded.Small();
        var (seen, passport) = (new Seen(), folded.Passport());
        var report = PassportVerifier.Verify(passport, folded.Policy(), seen);
        Assert.True(report.Accepted);
        Assert.Equal([3UL, 5UL], seen.Steps.Select(s => s.KeysEpochs!.Value));
        Assert.All(seen.Steps, s => Assert.Equal(s.Step.State, s.Digest));
        Assert.Equal([1UL, 2, 3, 4, 5], seen.Settled.Select(s => s.Epochs));
        Assert.Equal([.. Enumerable.Repeat(seen.Steps[0].Step.Time, 3), .. Enumerable.Repeat(seen.Steps[1].Step.Time, 2)], seen.Settled.Select(s => s.Time));
    }

    [Fact]
    public void Of_a_long_folder_what_is_asked_for_is_shown_besides_the_steps()
    {
        var folded = Folded.Small(1);
        for (var i = 0UL; i < 1100; i++)
            folded.Folder.Add(new AuditRefusalEvent(folded.Folder.Origin, "other.test/log", default, i, 5, default));
        var trees = new[] { new MemoryTree(folded.Audited.Provider), new MemoryTree(folded.Audited.Auditors[0]) };
        var passport = PassportMaker.Make(folded.Audited.Fold.State.Account, new MemoryTree(folded.Folder), trees, null, [500, 501]);
        // Genesis, two steps, and what was asked for.
        Assert.Equal(5, passport.Logs[0].Items.Count(i => i.IsShown));
        Assert.Equal(folded.Folder.Entries[501], passport.Logs[0].Items.Last(i => i.IsShown).Entry.ToArray());
        Assert.True(PassportVerifier.Verify(Folded.Bytes(passport), folded.Policy()).Accepted);
    }
}

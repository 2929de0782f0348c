using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Settlements;

namespace Assay.Market.Tests.Settlements;

public class FundingTests
{
    /// <summary>Has a till of its own, does each id once, and is cut off every second time: before it does anything, or after.</summary>
    private sealed class Till : ISettlement
    {
        private readonly HashSet<string> done = [];
        private int calls;

        public long Units { get; private set; }

        public string Name => Grants.Paper;

        public Task<bool> FundAsync(Transfer transfer, CancellationToken cancel)
        {
            Do(transfer.Id, transfer.Units);
            return Task.FromResult(true);
        }

        public Task PayOutAsync(Transfer transfer, CancellationToken cancel)
        {
            Do(transfer.Id, -transfer.Units);
            return Task.CompletedTask;
        }

        private void Do(string id, long units)
        {
            var cut = calls++ % 4;
            if (cut == 0)
                throw new IOException("cut off before");
            if (done.Add(id))
                Units += units;
            if (cut == 2)
                throw new IOException("cut off after");
        }
    }

    [Fact]
    public async Task Whoever_is_cut_off_asks_again_and_nothing_moves_twice()
    {
        var (state, till) = (Market(), new Till());
        for (var id = 0; id < 20; id++)
            for (var granted = false; !granted;)
                try
                {
                    // Asked once more than needed: what stands in the journal is not asked for again.
                    if (await till.FundAsync(state, 0, 10 + id, $"in/{id}", default) is { } grant)
                        state.Apply(grant, 5);
                    else
                        granted = true;
                }
                catch (IOException)
                {
                }
        Assert.Equal((390L, 390L), (till.Units, state.Book.Of(Holder.Participant(0), Asset.Unit)));
        for (var nonce = 0UL; nonce < 5; nonce++)
        {
            var withdrawn = new WithdrawEvent(0, nonce, 7);
            state.Apply(withdrawn, 6);
            for (var tries = 0; tries < 6; tries++)
                try
                {
                    await till.PayOutAsync(state, withdrawn, default);
                }
                catch (IOException)
                {
                }
        }
        Assert.Equal((355L, 355L), (till.Units, state.Book.Of(Holder.Participant(0), Asset.Unit)));
    }

    [Fact]
    public async Task Paper_grants_what_it_is_asked_for_and_what_was_granted_is_not_granted_again()
    {
        var (state, paper) = (Market(), new PaperSettlement());
        var grant = await paper.FundAsync(state, 0, 25, "first", default);
        Assert.Equal(new GrantEvent(0, 25, "paper:first"), grant);
        state.Apply(grant!, 5);
        Assert.Null(await paper.FundAsync(state, 0, 25, "first", default));
        Assert.Null(await paper.FundAsync(state, 0, 0, "nothing", default));
        Assert.Contains("was made already", Assert.Throws<MarketRefusal>(() => state.Apply(grant!, 5)).Message, StringComparison.Ordinal);
        Assert.Throws<MarketRefusal>(() => state.Apply(new GrantEvent(0, 5, "euro:1"), 5));
        await Assert.ThrowsAsync<MarketRefusal>(() => paper.FundAsync(state, 7, 1, "who", default));
        await paper.PayOutAsync(state, new WithdrawEvent(0, 0, 5), default);
    }

    private static MarketState Market()
    {
        var state = new MarketState();
        state.Apply(new TermsEvent(new MarketTerms()), 5);
        state.Apply(new Trader("funded", 0).Join(), 5);
        return state;
    }
}

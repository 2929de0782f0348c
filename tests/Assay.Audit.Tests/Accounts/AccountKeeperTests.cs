using Assay.Audit.Accounts;
using Assay.Log;
using Assay.Reliability.Accounts;
using Assay.Reliability.Statistics;
using Assay.Store;
using Assay.Store.Accounts;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Audit.Tests.Accounts;

/// <summary>Whoever follows published logs keeps the account that the logs give, step by step, however often it is stopped.</summary>
public class AccountKeeperTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_keeps_the_account_that_the_logs_give(bool anew)
    {
        await using var kept = new Kept();
        await kept.PublishAsync();
        kept.Follow();
        var first = await kept.UpdateAsync(anew);
        Assert.Equal((1, 0UL, 0), (first.Steps, first.Settled, first.Problems.Count));
        for (var round = 0; round < 6; round++)
        {
            kept.Run(3, 400_000, s => s % 17 == 3 ? 'd' : 'r');
            kept.Provider.Serve(kept.Key, 30);
            await kept.PublishAsync();
            var update = await kept.UpdateAsync(anew);
            Assert.Empty(update.Problems);
            Assert.Equal(1, update.Steps);
        }
        // Nothing new, nothing folded.
        Assert.Equal(0, (await kept.UpdateAsync(anew)).Steps);

        var state = kept.State;
        Assert.Equal(kept.Repeated().Digest(), state.Digest());
        var segment = Assert.Single(state.Segments);
        Assert.True(segment.Epochs >= 18 && segment.Traffic.Counts.Failures > 10);
        // The history of figures ends where the state is.
        var rows = kept.Vault.EpochsOf(state.Account, 0).ToList();
        Assert.Equal(Enumerable.Range(0, (int)segment.Epochs).Select(i => (ulong)i), rows.Select(r => r.Number));
        var (last, figures) = (rows[^1], AccountFigures.Of(segment));
        Assert.Equal((figures.Life.Judged.Passes, figures.Life.Judged.Failures, figures.Life.FailureBound), (last.Passes, last.Failures, last.Life));
        Assert.Equal((figures.Trailing.FailureBound, figures.Epoch!.Value.Lower, figures.Epoch.Value.Upper), (last.Trailing, last.Lower, last.Upper));
        Assert.Equal(segment.Traffic.Diverged, rows.Aggregate(0UL, (sum, r) => sum + r.Letters[0]));
        // So do the forecasts, each made before its epoch.
        var forecast = Forecast.Start;
        foreach (var row in rows)
        {
            Assert.Equal(forecast.Expected, row.Expected);
            forecast = forecast.Close(row.Time, new Counts(row.Letters[1], row.Letters[0] + row.Letters[4] + row.Letters[5]), row.Alarmed);
            Assert.Equal(forecast.Expected, row.Next);
        }
        Assert.Equal((long)(forecast.Record.ExpectedFailures / 1000), last.ExpectedFailures);
        Assert.All(kept.Vault.StepsOf(state.Account), s => Assert.True(s.Logged));
        Assert.Equal("", Assert.Single(kept.Vault.SegmentsWith(Kept.Segment.Model)).Name);
    }

    [Fact]
    public async Task Forecasts_that_another_version_wrote_are_written_anew()
    {
        await using var kept = new Kept();
        kept.Run(5, 400_000, s => s % 17 == 3 ? 'd' : 'r');
        await kept.PublishAsync();
        kept.Follow();
        await kept.UpdateAsync();
        var rows = kept.Vault.EpochsOf(kept.State.Account, 0).ToList();
        kept.Vault.PutForecasts(kept.State.Account, rows.Where(r => r.Number != 2).Select(r => r with { Expected = 7, Next = 8, Score = -9, PlainScore = -10, ExpectedFailures = 11 }));
        Assert.Equal(7u, kept.Vault.EpochsOf(kept.State.Account, 0).First().Expected);
        await kept.UpdateAsync(anew: true);
        Assert.True(rows.Count == 5 && rows[^1].Score < 0);
        Assert.Equal(rows.Select(Told), kept.Vault.EpochsOf(kept.State.Account, 0).Select(Told));

        static string Told(KeptEpoch row) => $"{row with { Letters = [] }} {string.Join(' ', row.Letters)}";
    }

    [Fact]
    public async Task A_long_log_is_folded_in_slices_to_the_same_counts()
    {
        await using var kept = new Kept { Slices = (700, 3) };
        kept.Run(30, 300_000, s => s % 11 == 3 ? 'u' : 'r');
        kept.Auditors[0].Add(new ChallengeEvent(kept.Auditors[0].Origin, kept.Provider.Origin, kept.Key.PublicKey.Id, 2950, AuditedLog.Word("bundle"), 0));
        await kept.PublishAsync();
        kept.Follow();
        var update = await kept.UpdateAsync();
        Assert.True(update.Steps > 5);
        await using var whole = new Kept();
        whole.Run(30, 300_000, s => s % 11 == 3 ? 'u' : 'r');
        whole.Auditors[0].Add(new ChallengeEvent(whole.Auditors[0].Origin, whole.Provider.Origin, whole.Key.PublicKey.Id, 2950, AuditedLog.Word("bundle"), 0));
        await whole.PublishAsync();
        whole.Follow();
        Assert.Equal(1, (await whole.UpdateAsync()).Steps);
        var (sliced, at) = (kept.State.Segments[0], whole.State.Segments[0]);
        Assert.Equal((at.Traffic, at.Epochs, at.EpochsWithoutDraw, 1UL), (sliced.Traffic, sliced.Epochs, sliced.EpochsWithoutDraw, sliced.Faults));
        Assert.Equal(kept.Repeated().Digest(), kept.State.Digest());
    }

    [Fact]
    public async Task A_step_whose_entry_did_not_reach_the_log_is_logged_before_the_next()
    {
        await using var kept = new Kept();
        var broken = true;
        kept.Append = step => broken ? throw new LogException(LogFault.Io, "the disk is full") : kept.LogAsync(step);
        await kept.PublishAsync();
        kept.Follow();
        Assert.Contains("disk is full", Assert.Single((await kept.UpdateAsync()).Problems));
        Assert.Empty(kept.Own.Events.Skip(1));
        broken = false;
        kept.Run(2, 500_000, _ => 'r');
        await kept.PublishAsync();
        Assert.Empty((await kept.UpdateAsync()).Problems);
        Assert.Equal([0UL, 1], kept.Own.Events.Select(e => e.Event).OfType<AccountEpochEvent>().Select(s => s.Step));
        Assert.Equal(kept.Repeated().Digest(), kept.State.Digest());
    }

    [Fact]
    public async Task A_log_that_is_not_there_stops_no_step()
    {
        await using var kept = new Kept();
        kept.Run(3, 500_000, _ => 'r');
        await kept.PublishAsync();
        kept.Follow();
        await kept.UpdateAsync();
        Directory.Move(Path.Combine(kept.FolderOf(kept.Auditors[0]), "public"), Path.Combine(kept.FolderOf(kept.Auditors[0]), "away"));
        kept.Run(2, 500_000, _ => 'r');
        await kept.PublishAsync(kept.Provider);
        await kept.PublishAsync(kept.Auditors[1]);
        var update = await kept.UpdateAsync(anew: true);
        // What was kept of it is still read; its epochs wait.
        Assert.Equal(1, update.Steps);
        Assert.All(update.Problems, p => Assert.StartsWith(kept.Auditors[0].Origin, p));
        Assert.NotEmpty(update.Problems);
        Assert.Equal((3UL, 2UL), (kept.State.Segments[0].Epochs, kept.State.Waiting!.Value.Epochs));
        // When its time is over they are settled without it.
        kept.Time.Now += (long)AccountFold.PatienceSeconds;
        Assert.Equal(2UL, (await kept.UpdateAsync()).Settled);
        Assert.Null(kept.State.Waiting);
        Assert.Equal(kept.Repeated().Digest(), kept.State.Digest());
    }

    [Fact]
    public async Task Another_log_in_its_place_is_not_counted()
    {
        await using var kept = new Kept();
        kept.Run(2, 500_000, _ => 'r');
        await kept.PublishAsync();
        kept.Follow();
        await kept.UpdateAsync();
        var before = kept.State.Digest();
        await using var other = new Kept();
        other.Provider.Serve(other.Key, 50);
        other.Run(5, 500_000, _ => 'r');
        await other.PublishAsync();
        // The same keys and names, and another history.
        var place = Path.Combine(kept.FolderOf(kept.Provider), "public");
        Directory.Delete(place, recursive: true);
        Directory.Move(Path.Combine(other.FolderOf(other.Provider), "public"), place);
        var update = await kept.UpdateAsync();
        Assert.Contains("split view", string.Join('\n', update.Problems));
        Assert.Equal(before, kept.State.Digest());
        Assert.Equal(before, Assert.Single(kept.Own.Events.Select(e => e.Event).OfType<AccountEpochEvent>()).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_database_that_is_lost_or_older_than_the_log_takes_no_other_steps(bool lost)
    {
        await using var kept = new Kept();
        kept.Run(2, 500_000, _ => 'r');
        await kept.PublishAsync();
        kept.Follow();
        await kept.UpdateAsync();
        kept.Stop();
        var copy = kept.Folder["copy.db"];
        File.Copy(AccountKeeper.DatabaseIn(kept.AccountsFolder), copy);
        kept.Run(2, 500_000, _ => 'r');
        await kept.PublishAsync();
        await kept.UpdateAsync();
        var (steps, state) = (kept.Own.Events.Count, kept.State.Digest());
        var whole = kept.Folder["whole.db"];
        kept.Stop();
        File.Copy(AccountKeeper.DatabaseIn(kept.AccountsFolder), whole);

        kept.PutBack(lost ? null : copy);
        kept.Run(1, 500_000, _ => 'r');
        await kept.PublishAsync();
        var update = await kept.UpdateAsync();
        Assert.Equal(0, update.Steps);
        Assert.Contains("holds 2 steps of this account", Assert.Single(update.Problems), StringComparison.Ordinal);
        Assert.Equal(steps, kept.Own.Events.Count);
        Assert.Equal(lost ? 0 : 1, (int)(kept.Vault.Find(kept.Id.Digest())?.Steps ?? 0));

        kept.PutBack(whole);
        Assert.Equal(1, (await kept.UpdateAsync()).Steps);
        Assert.NotEqual(state, kept.State.Digest());
        Assert.Equal(kept.Repeated().Digest(), kept.State.Digest());
    }

    [Fact]
    public async Task A_list_that_is_damaged_is_told_in_one_line()
    {
        await using var kept = new Kept();
        kept.Follow();
        var path = AccountKeeper.ListIn(kept.AccountsFolder);
        var good = File.ReadAllBytes(path);
        Assert.Equal(FollowList.Parse(good).ToBytes(), good);
        var random = new Random(3);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = good.ToArray();
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (round % 4 == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                FollowList.Parse(bytes);
            }
            catch (Verify.MalformedException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
        File.WriteAllText(path, "{}");
        Assert.Contains("accounts.json", (await Assert.ThrowsAsync<AuditException>(() => kept.UpdateAsync())).Message);
    }

    [Fact]
    public async Task The_account_vault_thins_evenly_and_keeps_the_ends()
    {
        await using var kept = new Kept();
        kept.Run(37, 100_000, _ => 'r');
        await kept.PublishAsync();
        kept.Follow();
        await kept.UpdateAsync();
        var thin = kept.Vault.Thinned(kept.Id.Digest(), 0, 10);
        Assert.Equal([0UL, 4, 8, 12, 16, 20, 24, 28, 32, 36], thin.Select(e => e.Number));
        Assert.Equal(37, kept.Vault.Thinned(kept.Id.Digest(), 0, 100).Count);
        Assert.Empty(kept.Vault.Thinned(kept.Id.Digest(), 1, 10));
        Assert.Equal(37UL, kept.Vault.Days(kept.Id.Digest(), 0).Aggregate(0UL, (sum, d) => sum + d.Epochs));
        // A damaged database is told as such.
        var path = Path.Combine(kept.Folder.Path, "broken.db");
        File.WriteAllText(path, "this is no database, and long enough to be looked at as one, at least as far as its header goes");
        Assert.Equal(StoreFault.Corrupt, Assert.Throws<StoreException>(() => new Store.Accounts.AccountVault(path)).Fault);
    }
}

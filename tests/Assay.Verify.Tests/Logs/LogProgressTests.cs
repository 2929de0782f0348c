using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Verify.Tests.Logs;

/// <summary>A fold that keeps little says of epochs, commitments and heads what the fold that keeps everything says.</summary>
public class LogProgressTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void It_says_what_the_whole_fold_says(int seed)
    {
        var random = new Random(seed);
        var log = new AuditedLog("provider.test/log");
        var auditor = new AuditedLog("auditor.test/log");
        log.Add(new AuditTermsEvent(log.Origin, 100, 3600));
        var settled = new Dictionary<Hash, ulong>();
        var keys = new List<SigningKey>();
        var (compared, most) = (0, 0);
        for (var round = 0; round < 1500; round++)
        {
            if (keys.Count == 0 || random.Next(60) == 0)
                keys.Add(log.Introduce($"key {round}", new Segment("svc", AuditedLog.Word($"model {random.Next(2)}"), "profile", "here"), lease: (ulong)random.Next(150, 500)));
            var key = keys[random.Next(Math.Max(0, keys.Count - 4), keys.Count)];
            var id = key.PublicKey.Id;
            try
            {
                switch (random.Next(12))
                {
                    case 0:
                        log.Add(KeyEvent.Renew(log.Origin, id, log.State.Size + (ulong)random.Next(1, 400)));
                        break;
                    case 1 when random.Next(8) == 0:
                        log.Add(KeyEvent.Retire(log.Origin, id));
                        break;
                    case 2 when random.Next(8) == 0:
                        log.Add(KeyEvent.Compromise(log.Origin, id, (ulong)Math.Max(0, (long)log.State.Size + random.Next(-50, 50))));
                        break;
                    case 3:
                        log.Commit(auditor, key, log.State.EndedEpochs(id), 1000);
                        break;
                    default:
                        log.Serve(key, random.Next(70));
                        break;
                }
            }
            catch (MalformedException)
            {
                // Both refuse it, as the next rounds show.
            }
            foreach (var (keyId, _, _) in log.State.ServingKeys)
            {
                Assert.Equal(log.State.ReceiptsOf(keyId), log.Progress.ReceiptsOf(keyId));
                Assert.Equal(log.State.EndedEpochs(keyId), log.Progress.EndedEpochs(keyId));
                foreach (var epoch in log.Progress.EpochsOf(keyId))
                {
                    Assert.Equal(log.State.EpochOf(keyId, epoch.Number), log.Progress.EpochOf(keyId, epoch.Number));
                    Assert.Equal(log.State.SeedsOf(keyId, epoch.Number), log.Progress.SeedsOf(keyId, epoch.Number));
                    Assert.Equal(log.State.RootAt(epoch.Size), log.Progress.RootAt(epoch.Size));
                    compared++;
                }
                if (random.Next(20) == 0)
                    settled[keyId] = (ulong)random.NextInt64(0, (long)log.State.EndedEpochs(keyId) + 1);
            }
            Assert.Equal((log.State.Size, log.State.RootAt(log.State.Size)), (log.Progress.Size, log.Progress.RootAt(log.Progress.Size)));
            if (round % 10 == 0)
            {
                log.Progress.Forget(k => settled.GetValueOrDefault(k));
                most = Math.Max(most, log.Progress.Kept);
                if (settled.FirstOrDefault(s => s.Value > 0) is { Value: > 0 } gone)
                    Assert.Throws<ArgumentOutOfRangeException>(() => log.Progress.EpochOf(gone.Key, 0));
            }
        }
        Assert.True(compared > 1000, $"{compared}");
        Assert.True(most < 200, $"{most}");
    }

    [Fact]
    public void What_it_keeps_does_not_grow_with_records()
    {
        var log = new AuditedLog("provider.test/log");
        log.Add(new AuditTermsEvent(log.Origin, 100, 3600));
        var key = log.Introduce("key", new Segment("svc", default, "profile", "here"));
        for (var epoch = 0; epoch < 300; epoch++)
        {
            log.Serve(key, 100);
            log.Progress.Forget(k => log.State.EndedEpochs(k));
        }
        Assert.Equal(0, log.Progress.Kept);
        Assert.Empty(log.Progress.EpochsOf(key.PublicKey.Id));
        Assert.Equal(300UL, log.Progress.EndedEpochs(key.PublicKey.Id));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Progress.RootAt(150));
    }
}

using Assay.Log.Tests.Crashes;
using Assay.Log.Witnessing;
using Assay.Verify.Crypto;

namespace Assay.Log.Tests.Witnessing;

public class WitnessCrashTests
{
    private static readonly SigningKey WitnessKey = SigningKey.FromSeed(Sha256.Of("witness"u8).Bytes);
    private static readonly TestTree Tree = new(40);

    [Fact]
    public void Nothing_that_was_cosigned_is_forgotten_in_a_crash_at_any_step()
    {
        var crashes = 0;
        for (var seed = 0; seed < 60; seed++)
            for (var step = 1; step < 80; step += 1 + seed % 3)
            {
                var files = new SimulatedFiles(new Random(1000 * seed + step)) { CrashAt = step };
                var cosigned = Grow(files);
                if (cosigned == 12)
                    break;
                crashes++;
                files.Reboot();
                using var again = Open(files);
                var size = (int)(again.Logs[0].Latest?.Size ?? 0);
                // It may have stored one more than it came to cosign, never less.
                Assert.InRange(size, cosigned, cosigned + 1);
                Assert.Equal(WitnessOutcome.Cosign, again.Add(Tree.Body(size, 40)).Outcome);
            }
        Assert.InRange(crashes, 500, int.MaxValue);
    }

    [Fact]
    public void A_disk_that_lies_about_flushes_is_caught_by_that_test()
    {
        var lost = false;
        for (var seed = 0; seed < 200 && !lost; seed++)
        {
            var files = new SimulatedFiles(new Random(seed)) { CrashAt = 40, IgnoreFileFlush = true, IgnoreDirectoryFlush = true };
            var cosigned = Grow(files);
            files.Reboot();
            try
            {
                using var again = Open(files);
                lost = (int)(again.Logs[0].Latest?.Size ?? 0) < cosigned;
            }
            catch (LogException)
            {
                lost = true;
            }
        }
        Assert.True(lost);
    }

    [Fact]
    public void After_a_failed_write_nothing_more_is_cosigned()
    {
        var files = new SimulatedFiles(new Random(1));
        using var witness = Open(files);
        Assert.Equal(WitnessOutcome.Cosign, witness.Add(Tree.Body(0, 5)).Outcome);
        files.Inject = (operation, _) =>
        {
            if (operation == "flush")
                throw new IOException("the disk is gone");
        };
        Assert.Throws<LogStoppedException>(() => witness.Add(Tree.Body(5, 6)));
        files.Inject = null;
        Assert.Throws<LogStoppedException>(() => witness.Add(Tree.Body(5, 6)));
        Assert.Equal("the disk is gone", witness.Stopped);
        Assert.Equal(5UL, witness.Logs[0].Latest!.Size);
    }

    // One size after the other until the machine crashes; gives the last size that was cosigned.
    private static int Grow(SimulatedFiles files)
    {
        var cosigned = 0;
        try
        {
            using var witness = Open(files);
            for (; cosigned < 12; cosigned++)
                Assert.Equal(WitnessOutcome.Cosign, witness.Add(Tree.Body(cosigned, cosigned + 1)).Outcome);
        }
        catch (SimulatedCrashException)
        {
            // Here.
        }
        return cosigned;
    }

    private static CheckpointWitness Open(SimulatedFiles files) => new(files, "witness.test/w", WitnessKey, [TestLogs.VerifierKey]);
}
